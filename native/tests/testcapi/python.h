/* SPDX-License-Identifier: Apache-2.0
 *
 * What the driver needs of the small CPython in python.c.
 */
#ifndef PANAMEM_TESTCAPI_PYTHON_H
#define PANAMEM_TESTCAPI_PYTHON_H

#include <Python.h>

struct python_arguments {
  int count;
  long numbers[4];
};

/* The calling thread holds the GIL from here on, and the debug hooks ask for it. */
void python_begin(void);

/* A function of the module, or NULL. */
PyCFunction python_function(const char *name);

/* The text of the pending error, or NULL. */
const char *python_error(void);

/* What a function answered: None, or the text that it made last. */
const char *python_text(PyObject *object);

#endif
