/* SPDX-License-Identifier: Apache-2.0
 *
 * A copy of the pointer from before a realloc that moved the buffer is freed.
 *
 * CPython: half a dump of what is no block, then SIGSEGV
 * Panamem: double free here drop allocated make freed grow
 * Guard: double free here drop allocated make freed grow
 */
#include "bug.h"

SITE void *make(void) {
  void *buffer = PyMem_Malloc(16);
  __asm__("");
  return buffer;
}

SITE void *grow(void *buffer) {
  void *larger = PyMem_Realloc(buffer, 1 << 20);
  __asm__("");
  return larger;
}

SITE void drop(void *buffer) {
  PyMem_Free(buffer);
  __asm__("");
}

BUG(old_pointer_after_realloc) {
  void *buffer = make();
  grow(buffer);
  drop(buffer);
}
