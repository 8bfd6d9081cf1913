/* SPDX-License-Identifier: Apache-2.0
 *
 * A loop runs over one element too many.
 *
 * CPython: "bad trailing pad byte"
 * Panamem: overflow here drop allocated make
 */
#include "bug.h"

SITE long *make(size_t count) {
  long *numbers = PyMem_Calloc(count, sizeof *numbers);
  for (size_t i = 0; i <= count; i++) {
    numbers[i] = (long)i;
  }
  return numbers;
}

SITE void drop(long *numbers) {
  PyMem_Free(numbers);
  __asm__("");
}

BUG(overflow_by_element) {
  drop(make(100));
}
