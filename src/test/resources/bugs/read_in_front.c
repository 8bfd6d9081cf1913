/* SPDX-License-Identifier: Apache-2.0
 *
 * Blanks are taken off the end of a text that is nothing but blanks.
 *
 * CPython: nothing
 * Guard: underflow here strip allocated make
 * Options: guard.edge=left
 */
#include "bug.h"

SITE char *make(void) {
  char *text = PyMem_Malloc(16);
  strcpy(text, "   ");
  return text;
}

SITE int strip(const volatile char *text, int length) {
  while (text[length - 1] == ' ') {
    length--;
  }
  return length;
}

BUG(read_in_front) {
  strip(make(), 3);
}
