/* SPDX-License-Identifier: Apache-2.0
 *
 * Two owners of one buffer, and both free it.
 *
 * CPython: half a dump of what is no block, then SIGSEGV
 * Panamem: double free here drop_again allocated make freed drop
 * Guard: double free here drop_again allocated make freed drop
 */
#include "bug.h"

SITE void *make(void) {
  void *buffer = PyMem_Malloc(24);
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

BUG(double_free) {
  void *buffer = make();
  drop(buffer);
  drop_again(buffer);
}
