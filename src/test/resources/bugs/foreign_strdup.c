/* SPDX-License-Identifier: Apache-2.0
 *
 * What libc's strdup has made goes to PyMem_RawFree, which is only by chance libc's free.
 *
 * CPython: half a dump of what is no block, then SIGSEGV
 * Panamem: foreign pointer here drop
 */
#include "bug.h"

SITE void drop(char *text) {
  PyMem_RawFree(text);
  __asm__("");
}

BUG(foreign_strdup) {
  drop(strdup("made by libc, not by Python's allocators"));
}
