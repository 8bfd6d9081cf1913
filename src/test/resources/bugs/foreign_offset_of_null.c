/* SPDX-License-Identifier: Apache-2.0
 *
 * A container was not made, and the address of its member is freed.
 *
 * CPython: SIGSEGV, and not a word
 * Panamem: foreign pointer here drop
 */
#include "bug.h"

SITE void drop(char *member) {
  PyMem_Free(member);
  __asm__("");
}

BUG(foreign_offset_of_null) {
  char *volatile container = NULL;
  drop(container + 48);
}
