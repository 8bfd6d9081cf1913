/* SPDX-License-Identifier: Apache-2.0
 *
 * A planted bug is one file that calls the allocation functions wrongly. With -DWITH_PYTHON it is an extension module whose
 * function run() makes the mistake, otherwise a program without an interpreter. The comment at its head says what CPython
 * 3.14 makes of it under PYTHONMALLOC=debug, and which report of ours the test expects:
 *
 *   Panamem: KIND here FUNCTION allocated FUNCTION freed FUNCTION
 *
 * with the innermost native function of each site; a site that the report cannot have is left out. "Guard:" says the same of
 * guard mode, with "Options:" if it needs some; a bug that only one of the two finds has one of the lines. "Only: extension"
 * marks what needs CPython.
 *
 * What only a test of a call finds is a CALL(name) instead of a BUG(name): it is tried for leaks, and then each of its requests
 * is refused; its report is one of
 *
 *   Panamem: leak allocated FUNCTION
 *   Panamem: VERDICT refused FUNCTION
 */
#ifndef PANAMEM_BUG_H
#define PANAMEM_BUG_H

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifdef WITH_PYTHON
#include <Python.h>
#else
#include <panamem/pymem.h>
#endif
#include <panamem/testing.h>

/* The functions that reports name: seen by the dynamic loader, and with frames of their own. */
#define SITE __attribute__((noinline, visibility("default")))

#ifdef WITH_PYTHON

/* BUG(name) { … } */
#define BUG(name)                                                                                   \
  static void bug(void);                                                                            \
  static PyObject *run(PyObject *self, PyObject *nothing) {                                         \
    (void)self, (void)nothing;                                                                      \
    bug();                                                                                          \
    Py_RETURN_NONE;                                                                                 \
  }                                                                                                 \
  static PyMethodDef methods[] = {{"run", run, METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}};          \
  static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, #name, NULL, -1, methods, NULL, NULL, NULL, NULL}; \
  PyMODINIT_FUNC PyInit_##name(void) {                                                              \
    return PyModule_Create(&module);                                                                \
  }                                                                                                 \
  static void bug(void)

#else

#define BUG(name)          \
  static void bug(void);   \
  int main(void) {         \
    bug();                 \
    return 0;              \
  }                        \
  static void bug(void)

#endif

/* ---- Calls -------------------------------------------------------------------------------------------------------------- */

#define CALLS 8
#define FOUND 3 /* the exit status */

/* Stock CPython has none of them. */
#pragma weak panamem_leak_begin
#pragma weak panamem_leak_round
#pragma weak panamem_leak_end
#pragma weak panamem_fail_each

__attribute__((unused)) static void try_call(int (*call)(void *)) {
  if (panamem_leak_begin == NULL) {
    call(NULL);
    return;
  }
  panamem_leak_begin();
  for (int i = 0; i < CALLS; i++) {
    if (i > 0) {
      panamem_leak_round();
    }
    call(NULL);
  }
  struct panamem_fail_test test = {.struct_bytes = sizeof test, .call = call, .requests = 1000};
  if (panamem_leak_end(NULL, 0) != 0 || panamem_fail_each(&test, NULL, 0) != 0) {
    _exit(FOUND);
  }
}

/* CALL(name) { …; return an enum panamem_outcome; } */
#define CALL(name)               \
  static int call(void *);       \
  BUG(name) {                    \
    try_call(call);              \
  }                              \
  static int call(void *ignored)

#endif
