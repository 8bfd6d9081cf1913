/* SPDX-License-Identifier: Apache-2.0
 *
 * A raw buffer goes to PyMem_Free.
 *
 * CPython: "bad ID: Allocated using API 'r', verified using API 'm'"
 * Panamem: wrong domain here drop allocated make
 * Guard: wrong domain here drop allocated make
 */
#include "bug.h"

SITE void *make(void) {
  void *buffer = PyMem_RawMalloc(1000);
  __asm__("");
  return buffer;
}

SITE void drop(void *buffer) {
  PyMem_Free(buffer);
  __asm__("");
}

BUG(wrong_domain_of_raw) {
  drop(make());
}
