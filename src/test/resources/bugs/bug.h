/* SPDX-License-Identifier: Apache-2.0
 *
 * A planted bug is one file that calls the allocation functions wrongly. With -DWITH_PYTHON it is an extension module whose
 * function run() makes the mistake, otherwise a program without an interpreter. The comment at its head says what CPython
 * 3.14 makes of it under PYTHONMALLOC=debug, and which report of ours the test expects:
 *
 *   Panamem: KIND here FUNCTION allocated FUNCTION freed FUNCTION
 *
 * with the innermost native function of each site; a site that the report cannot have is left out. "Only: extension"
 * marks what needs CPython.
 */
#ifndef PANAMEM_BUG_H
#define PANAMEM_BUG_H

#include <stdlib.h>
#include <string.h>

#ifdef WITH_PYTHON
#include <Python.h>
#else
#include <panamem/pymem.h>
#endif

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

#endif
