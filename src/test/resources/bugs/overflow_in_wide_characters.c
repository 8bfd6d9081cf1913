/* SPDX-License-Identifier: Apache-2.0
 *
 * Room is asked for in characters and used in bytes.
 *
 * CPython: "bad trailing pad byte"
 * Panamem: overflow here drop allocated make
 * Guard: overflow here drop allocated make
 */
#include "bug.h"

SITE int *make(size_t characters) {
  int *wide = PyObject_Malloc(characters);
  wide[1] = 'w'; /* bytes 4 to 7 of 6 */
  return wide;
}

SITE void drop(int *wide) {
  PyObject_Free(wide);
  __asm__("");
}

BUG(overflow_in_wide_characters) {
  drop(make(6));
}
