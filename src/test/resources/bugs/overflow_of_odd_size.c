/* SPDX-License-Identifier: Apache-2.0
 *
 * One byte too many where the block's size is no multiple of the alignment: no page ends there.
 *
 * CPython: "bad trailing pad byte"
 * Panamem: overflow here drop allocated make
 * Guard: overflow here drop allocated make
 */
#include "bug.h"

SITE char *make(void) {
  char *text = PyMem_Malloc(5);
  text[5] = '\0';
  return text;
}

SITE void drop(char *text) {
  PyMem_Free(text);
  __asm__("");
}

BUG(overflow_of_odd_size) {
  drop(make());
}
