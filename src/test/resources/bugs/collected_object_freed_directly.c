/* SPDX-License-Identifier: Apache-2.0
 *
 * An object that the collector knows is freed by PyObject_Free: its block begins 16 bytes earlier.
 *
 * CPython: "bad ID: Allocated using API '?', verified using API 'o'"
 * Panamem: interior pointer here drop
 * Only: extension
 */
#include "bug.h"

SITE void drop(PyObject *list) {
  PyObject_GC_UnTrack(list);
  PyObject_Free(list);
  __asm__("");
}

BUG(collected_object_freed_directly) {
  drop(PyList_New(0));
}
