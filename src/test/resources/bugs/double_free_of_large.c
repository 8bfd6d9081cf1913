/* SPDX-License-Identifier: Apache-2.0
 *
 * The same with a block of many pages, which may be gone by then.
 *
 * CPython: SIGSEGV, and not a word
 * Panamem: double free here drop_again allocated make freed drop
 * Guard: double free here drop_again allocated make freed drop
 */
#include "bug.h"

SITE void *make(void) {
  void *buffer = PyMem_Malloc(3 << 20);
  __asm__("");
  return buffer;
}

SITE void drop(void *buffer) {
  PyMem_Free(buffer);
  __asm__("");
}

SITE void drop_again(void *buffer) {
  PyMem_Free(buffer);
  __asm__("");
}

BUG(double_free_of_large) {
  void *buffer = make();
  drop(buffer);
  drop_again(buffer);
}
