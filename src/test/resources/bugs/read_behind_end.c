/* SPDX-License-Identifier: Apache-2.0
 *
 * A sum over one element too many: it is only read.
 *
 * CPython: nothing
 * Guard: overflow here sum allocated make
 */
#include "bug.h"

SITE int *make(int count) {
  int *numbers = PyMem_Calloc((size_t)count, sizeof *numbers);
  __asm__("");
  return numbers;
}

SITE int sum(const volatile int *numbers, int count) {
  int all = 0;
  for (int i = 0; i <= count; i++) {
    all += numbers[i];
  }
  return all;
}

BUG(read_behind_end) {
  sum(make(100), 100);
}
