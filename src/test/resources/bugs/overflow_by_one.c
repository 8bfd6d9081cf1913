/* SPDX-License-Identifier: Apache-2.0
 *
 * A string is copied without room for its end.
 *
 * CPython: "bad trailing pad byte"
 * Panamem: overflow here drop allocated make
 */
#include "bug.h"

SITE char *make(const char *text) {
  char *copy = PyMem_Malloc(strlen(text));
  return strcpy(copy, text);
}

SITE void drop(char *copy) {
  PyMem_Free(copy);
  __asm__("");
}

BUG(overflow_by_one) {
  drop(make("sixteen letters."));
}
