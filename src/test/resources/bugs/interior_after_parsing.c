/* SPDX-License-Identifier: Apache-2.0
 *
 * A pointer is advanced while a buffer is read, and then freed.
 *
 * CPython: half a dump of what is no block, then SIGSEGV
 * Panamem: interior pointer here drop allocated make
 */
#include "bug.h"

SITE char *make(void) {
  char *text = PyMem_RawMalloc(12);
  return strcpy(text, "key = value");
}

SITE void drop(char *text) {
  PyMem_RawFree(text);
  __asm__("");
}

BUG(interior_after_parsing) {
  char *text = make();
  while (*text != '=') {
    text++;
  }
  drop(text);
}
