/* SPDX-License-Identifier: Apache-2.0
 *
 * A buffer grows after it was freed.
 *
 * CPython: half a dump of what is no block, then SIGSEGV
 * Panamem: realloc of a freed block here grow allocated make freed drop
 * Guard: realloc of a freed block here grow allocated make freed drop
 */
#include "bug.h"

SITE void *make(void) {
  void *buffer = PyMem_Malloc(16);
  __asm__("");
  return buffer;
}

SITE void drop(void *buffer) {
  PyMem_Free(buffer);
  __asm__("");
}

SITE void *grow(void *buffer) {
  void *larger = PyMem_Realloc(buffer, 400);
  __asm__("");
  return larger;
}

BUG(realloc_of_freed) {
  void *buffer = make();
  drop(buffer);
  PyMem_Free(grow(buffer));
}
