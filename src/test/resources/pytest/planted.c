/* SPDX-License-Identifier: Apache-2.0
 *
 * An extension with one function for each thing that the plugin's markers tell apart: those that are right, and those with a
 * planted bug, which test_planted.py names.
 */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

/* ---- Right ------------------------------------------------------------------------------------------------------------ */

static PyObject *clean(PyObject *self, PyObject *number) {
  (void)self;
  char *buffer = PyMem_Malloc(100);
  if (buffer == NULL) {
    return PyErr_NoMemory();
  }
  char *longer = PyMem_Realloc(buffer, 1000);
  if (longer == NULL) {
    PyMem_Free(buffer);
    return PyErr_NoMemory();
  }
  PyMem_Free(longer);
  return PyNumber_Add(number, number);
}

/* Filled once, by 10 blocks. */
static PyObject *cached(PyObject *self, PyObject *ignored) {
  (void)self, (void)ignored;
  static void *cache[10];
  for (int i = 0; i < 10; i++) {
    if (cache[i] == NULL && (cache[i] = PyMem_Malloc(50)) == NULL) {
      return PyErr_NoMemory();
    }
  }
  Py_RETURN_NONE;
}

static PyObject *last;

static PyObject *replaced(PyObject *self, PyObject *ignored) {
  (void)self, (void)ignored;
  PyObject *now = PyList_New(3);
  if (now == NULL) {
    return NULL;
  }
  Py_XDECREF(last);
  last = now;
  Py_RETURN_NONE;
}

/* ---- Leaks ------------------------------------------------------------------------------------------------------------ */

static PyObject *lost_buffer(PyObject *self, PyObject *ignored) {
  (void)self, (void)ignored;
  char *buffer = PyMem_Malloc(333);
  return PyBool_FromLong(buffer != NULL);
}

static PyObject *missing_decref(PyObject *self, PyObject *ignored) {
  (void)self, (void)ignored;
  PyObject *list = PyList_New(0), *item = PyFloat_FromDouble(1.5);
  if (list == NULL || item == NULL || PyList_Append(list, item) < 0) { /* which takes a reference of its own */
    Py_XDECREF(list);
    Py_XDECREF(item);
    return NULL;
  }
  return list;
}

static PyObject *lost_raw(PyObject *self, PyObject *ignored) {
  (void)self, (void)ignored;
  return PyBool_FromLong(PyMem_RawCalloc(3, 7) != NULL);
}

static PyObject *every_other_time(PyObject *self, PyObject *ignored) {
  static int calls;
  if (calls++ % 2 == 0) {
    Py_RETURN_FALSE;
  }
  return lost_buffer(self, ignored);
}

/* ---- Refused requests --------------------------------------------------------------------------------------------------- */

static PyObject *unchecked(PyObject *self, PyObject *ignored) {
  (void)self, (void)ignored;
  char *buffer = PyMem_Malloc(64);
  memset(buffer, 0, 64);
  PyMem_Free(buffer);
  Py_RETURN_NONE;
}

static PyObject *leak_on_error(PyObject *self, PyObject *ignored) {
  (void)self, (void)ignored;
  char *one = PyMem_Malloc(10), *two = PyMem_Malloc(20);
  if (one == NULL || two == NULL) {
    return PyErr_NoMemory();
  }
  PyMem_Free(one);
  PyMem_Free(two);
  Py_RETURN_NONE;
}

static PyObject *no_exception(PyObject *self, PyObject *ignored) {
  (void)self, (void)ignored;
  char *buffer = PyMem_Malloc(64);
  if (buffer == NULL) {
    return NULL;
  }
  PyMem_Free(buffer);
  Py_RETURN_NONE;
}

static PyObject *shorter(PyObject *self, PyObject *ignored) {
  (void)self, (void)ignored;
  char *buffer = PyMem_Malloc(64);
  long items = buffer == NULL ? 1 : 2;
  PyMem_Free(buffer);
  return PyLong_FromLong(items);
}

static PyObject *endless(PyObject *self, PyObject *ignored) {
  (void)self, (void)ignored;
  char *buffer = PyMem_Malloc(64);
  while (buffer == NULL) {
    PyMem_Free(PyMem_Malloc(1));
  }
  PyMem_Free(buffer);
  Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    {"clean", clean, METH_O, NULL},
    {"cached", cached, METH_NOARGS, NULL},
    {"replaced", replaced, METH_NOARGS, NULL},
    {"lost_buffer", lost_buffer, METH_NOARGS, NULL},
    {"missing_decref", missing_decref, METH_NOARGS, NULL},
    {"lost_raw", lost_raw, METH_NOARGS, NULL},
    {"every_other_time", every_other_time, METH_NOARGS, NULL},
    {"unchecked", unchecked, METH_NOARGS, NULL},
    {"leak_on_error", leak_on_error, METH_NOARGS, NULL},
    {"no_exception", no_exception, METH_NOARGS, NULL},
    {"shorter", shorter, METH_NOARGS, NULL},
    {"endless", endless, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "planted", NULL, -1, methods, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit_planted(void) {
  return PyModule_Create(&module);
}
