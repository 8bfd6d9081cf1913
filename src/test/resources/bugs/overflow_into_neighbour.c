/* SPDX-License-Identifier: Apache-2.0
 *
 * A buffer is overrun so far that the size of another block is written over.
 *
 * CPython: SIGSEGV, and not a word
 * Panamem: wrong size here drop allocated make_second
 */
#include "bug.h"

SITE char *make_first(void) {
  char *buffer = PyMem_Malloc(64);
  __asm__("");
  return buffer;
}

SITE char *make_second(void) {
  char *buffer = PyMem_Malloc(64);
  __asm__("");
  return buffer;
}

SITE void drop(char *buffer) {
  PyMem_Free(buffer);
  __asm__("");
}

BUG(overflow_into_neighbour) {
  char *first = make_first();
  char *second = make_second();
  long distance = second - first;
  memset(first + distance - 16, 0x20, 8);
  drop(second);
}
