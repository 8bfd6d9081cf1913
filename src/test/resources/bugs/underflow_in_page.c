/* SPDX-License-Identifier: Apache-2.0
 *
 * A header that is not there is written in front of the block, further away than padding reaches.
 *
 * CPython: nothing
 * Guard: underflow here drop allocated make
 */
#include "bug.h"

SITE char *make(void) {
  char *block = PyMem_Malloc(48);
  ((volatile char *)block)[-100] = 1;
  return block;
}

SITE void drop(char *block) {
  PyMem_Free(block);
  __asm__("");
}

BUG(underflow_in_page) {
  drop(make());
}
