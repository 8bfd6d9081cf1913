/* SPDX-License-Identifier: Apache-2.0
 *
 * An object's memory goes to PyMem_Free, as old code does it in tp_dealloc.
 *
 * CPython: "bad ID: Allocated using API 'o', verified using API 'm'"
 * Panamem: wrong domain here drop allocated _PyObject_New
 * Guard: wrong domain here drop allocated _PyObject_New
 * Only: extension
 */
#include "bug.h"

SITE void drop(PyObject *object) {
  PyMem_Free(object);
  __asm__("");
}

BUG(object_freed_as_memory) {
  drop(PyObject_New(PyObject, &PyBaseObject_Type));
}
