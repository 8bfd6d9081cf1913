/* SPDX-License-Identifier: Apache-2.0
 *
 * A loop that runs downwards ends one element too late.
 *
 * CPython: "bad leading pad byte"
 * Panamem: underflow here drop allocated make
 * Guard: underflow here drop allocated make
 */
#include "bug.h"

SITE char *make(void) {
  char *digits = PyMem_Malloc(8);
  for (int i = 7; i >= -1; i--) {
    digits[i] = '0';
  }
  return digits;
}

SITE void drop(char *digits) {
  PyMem_Free(digits);
  __asm__("");
}

BUG(underflow_by_one) {
  drop(make());
}
