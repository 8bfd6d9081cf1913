/* SPDX-License-Identifier: Apache-2.0
 *
 * A length is stored in front of the block, where the block's own size lies.
 *
 * CPython: "bad trailing pad byte"
 * Panamem: wrong size here drop allocated make
 */
#include "bug.h"

SITE long *make(void) {
  long *numbers = PyMem_Malloc(80);
  numbers[-2] = 1L << 60;
  return numbers;
}

SITE void drop(long *numbers) {
  PyMem_Free(numbers);
  __asm__("");
}

BUG(underflow_of_size) {
  drop(make());
}
