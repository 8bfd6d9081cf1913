/* SPDX-License-Identifier: Apache-2.0
 *
 * As much of CPython's C API as Modules/_testcapi/mem.c calls, over Panamem instead of an interpreter: arguments, one pending
 * error, a module that is a list of functions, and a notion of who holds the GIL.
 */
#include "python.h"

#include <panamem/debug.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* ---- Objects --------------------------------------------------------------------------------------------------------- */

PyObject _Py_NoneStruct;
struct _longobject _Py_TrueStruct = {PyObject_HEAD_INIT(NULL).long_value = {0}};
struct _longobject _Py_FalseStruct = {PyObject_HEAD_INIT(NULL).long_value = {0}};
PyTypeObject PyBaseObject_Type = {.tp_basicsize = sizeof(PyObject), .tp_dealloc = _Py_Dealloc};
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

/* A type makes an object of it, a function of the module tracemalloc does nothing: nobody here is told by it. */
PyObject *PyObject_CallNoArgs(PyObject *callable) {
  return callable == (PyObject *)&PyBaseObject_Type ? _PyObject_New(&PyBaseObject_Type) : Py_None;
}

/* 3.12: is a pointer of the bytes of blocks that are new, freed, or not the program's? */
static bool is_of_debug_bytes(const void *pointer) {
  uintptr_t bytes = (uintptr_t)pointer, same = UINTPTR_MAX / 0xff;
  return bytes == 0 || bytes == same * 0xcd || bytes == same * 0xdd || bytes == same * 0xfd;
}

int _PyObject_IsFreed(PyObject *object) {
  return is_of_debug_bytes(object) || is_of_debug_bytes(Py_TYPE(object));
}

static const char *last_text;

PyObject *PyUnicode_FromString(const char *text) {
  static PyObject object[] = {PyObject_HEAD_INIT(NULL)};
  last_text = text;
  return object;
}

const char *python_text(PyObject *object) {
  return object == Py_None ? "None" : last_text;
}

/* ---- Errors ---------------------------------------------------------------------------------------------------------- */

static PyObject runtime_error, assertion_error;
PyObject *PyExc_RuntimeError = &runtime_error;
PyObject *PyExc_AssertionError = &assertion_error;
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

/* ---- tracemalloc ----------------------------------------------------------------------------------------------------- */

static PyObject tracemalloc[] = {PyObject_HEAD_INIT(NULL)};

PyObject *PyImport_ImportModule(const char *name) {
  return strcmp(name, "tracemalloc") == 0 ? tracemalloc : NULL;
}

PyObject *PyObject_GetAttrString(PyObject *object, const char *name) {
  static PyObject function[] = {PyObject_HEAD_INIT(NULL)};
  return object == tracemalloc && (strcmp(name, "start") == 0 || strcmp(name, "stop") == 0) ? function : NULL;
}

PyObject *_PyTraceMalloc_GetTraceback(unsigned int domain, uintptr_t block) {
  (void)domain, (void)block;
  return Py_None;
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
