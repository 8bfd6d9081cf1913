/* SPDX-License-Identifier: Apache-2.0
 *
 * As much of CPython's C API as Modules/_testcapi/mem.c calls, over Panamem instead of an interpreter: arguments, one pending
 * error, a module that is a list of functions, and a notion of who holds the GIL.
 */
#include "python.h"

#include <panamem/debug.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* ---- Objects --------------------------------------------------------------------------------------------------------- */

PyObject _Py_NoneStruct;
struct _longobject _Py_TrueStruct, _Py_FalseStruct;
PyTypeObject PyBaseObject_Type = {.tp_basicsize = sizeof(PyObject)};
PyTypeObject PyBytes_Type = {.tp_basicsize = sizeof(PyVarObject) + 8, .tp_itemsize = 1};

PyObject *_PyObject_New(PyTypeObject *type) {
  PyObject *object = PyObject_Malloc((size_t)type->tp_basicsize);
  if (object != NULL) {
    Py_SET_TYPE(object, type);
    Py_SET_REFCNT(object, 1);
  }
  return object;
}

PyVarObject *_PyObject_NewVar(PyTypeObject *type, Py_ssize_t items) {
  PyVarObject *object = PyObject_Malloc((size_t)(type->tp_basicsize + items * type->tp_itemsize));
  if (object != NULL) {
    Py_SET_TYPE((PyObject *)object, type);
    Py_SET_REFCNT((PyObject *)object, 1);
    object->ob_size = items;
  }
  return object;
}

void _Py_Dealloc(PyObject *object) {
  PyObject_Free(object);
}

/* ---- Errors ---------------------------------------------------------------------------------------------------------- */

static PyObject runtime_error;
PyObject *PyExc_RuntimeError = &runtime_error;
static PyObject *pending;
static const char *pending_text;

void PyErr_SetString(PyObject *exception, const char *text) {
  pending = exception;
  pending_text = text;
}

PyObject *PyErr_NoMemory(void) {
  PyErr_SetString(PyExc_RuntimeError, "no memory");
  return NULL;
}

PyObject *PyErr_Occurred(void) {
  return pending;
}

const char *python_error(void) {
  return pending == NULL ? NULL : pending_text;
}

/* ---- Arguments ------------------------------------------------------------------------------------------------------- */

/* An argument tuple is a struct python_arguments, an object in it the address of a number. */
int PyArg_ParseTuple(PyObject *tuple, const char *format, ...) {
  const struct python_arguments *arguments = (const void *)tuple;
  va_list targets;
  va_start(targets, format);
  int at = 0;
  for (const char *c = format; *c != '\0'; c++) {
    if (*c == '|') {
      continue;
    }
    void *target = va_arg(targets, void *);
    if (at == arguments->count) { /* the rest is optional and keeps its value */
      break;
    }
    const long *number = &arguments->numbers[at++];
    if (*c == 'O') {
      *(const void **)target = number;
    } else if (*c == 'n') {
      *(Py_ssize_t *)target = *number;
    } else { /* i, I */
      *(int *)target = (int)*number;
    }
  }
  va_end(targets);
  return 1;
}

void *PyLong_AsVoidPtr(PyObject *object) {
  return (void *)*(const long *)(const void *)object;
}

/* ---- The module ------------------------------------------------------------------------------------------------------ */

static PyMethodDef *methods;

int PyModule_AddFunctions(PyObject *module, PyMethodDef *added) {
  (void)module;
  methods = added;
  return 0;
}

int PyModule_AddObjectRef(PyObject *module, const char *name, PyObject *value) {
  (void)module, (void)name, (void)value;
  return 0;
}

PyCFunction python_function(const char *name) {
  for (const PyMethodDef *method = methods; method != NULL && method->ml_name != NULL; method++) {
    if (strcmp(method->ml_name, name) == 0) {
      return method->ml_meth;
    }
  }
  return NULL;
}

/* ---- The GIL --------------------------------------------------------------------------------------------------------- */

static _Thread_local int holds_gil;

static int check_gil(void) {
  return holds_gil;
}

PyThreadState *PyEval_SaveThread(void) {
  holds_gil = 0;
  return NULL;
}

void PyEval_RestoreThread(PyThreadState *state) {
  (void)state;
  holds_gil = 1;
}

void python_begin(void) {
  holds_gil = 1;
  panamem_set_gil_check(check_gil);
}
