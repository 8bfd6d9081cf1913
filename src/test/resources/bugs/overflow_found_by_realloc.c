/* SPDX-License-Identifier: Apache-2.0
 *
 * A buffer is overrun and then grown: the realloc finds it.
 *
 * CPython: "bad trailing pad byte"
 * Panamem: overflow here grow allocated make
 * Guard: overflow here make allocated make
 */
#include "bug.h"

SITE char *make(void) {
  char *buffer = PyMem_RawMalloc(32);
  buffer[32] = 1;
  return buffer;
}

SITE char *grow(char *buffer) {
  char *larger = PyMem_RawRealloc(buffer, 64);
  __asm__("");
  return larger;
}

BUG(overflow_found_by_realloc) {
  PyMem_RawFree(grow(make()));
}
