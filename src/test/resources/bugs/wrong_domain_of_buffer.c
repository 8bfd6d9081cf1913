/* SPDX-License-Identifier: Apache-2.0
 *
 * PyMem_Malloc and PyObject_Free, which share a heap in release builds.
 *
 * CPython: "bad ID: Allocated using API 'm', verified using API 'o'"
 * Panamem: wrong domain here drop allocated make
 * Guard: wrong domain here drop allocated make
 */
#include "bug.h"

SITE void *make(void) {
  void *buffer = PyMem_Malloc(32);
  __asm__("");
  return buffer;
}

SITE void drop(void *buffer) {
  PyObject_Free(buffer);
  __asm__("");
}

BUG(wrong_domain_of_buffer) {
  drop(make());
}
