/* SPDX-License-Identifier: Apache-2.0
 *
 * A buffer of the object domain is grown by PyMem_Realloc.
 *
 * CPython: "bad ID: Allocated using API 'o', verified using API 'm'"
 * Panamem: wrong domain here grow allocated make
 * Guard: wrong domain here grow allocated make
 */
#include "bug.h"

SITE void *make(void) {
  void *buffer = PyObject_Malloc(32);
  __asm__("");
  return buffer;
}

SITE void *grow(void *buffer) {
  void *larger = PyMem_Realloc(buffer, 64);
  __asm__("");
  return larger;
}

BUG(wrong_domain_by_realloc) {
  PyMem_Free(grow(make()));
}
