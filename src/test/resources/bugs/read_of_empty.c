/* SPDX-License-Identifier: Apache-2.0
 *
 * The first element of an array of none.
 *
 * CPython: nothing
 * Guard: overflow here first allocated make
 */
#include "bug.h"

SITE int *make(size_t count) {
  int *numbers = PyMem_Malloc(count * sizeof *numbers);
  __asm__("");
  return numbers;
}

SITE int first(const volatile int *numbers) {
  return numbers[0];
}

BUG(read_of_empty) {
  first(make(0));
}
