/* SPDX-License-Identifier: Apache-2.0
 *
 * A buffer on the stack is freed: the flag that says whether it was allocated is wrong.
 *
 * CPython: half a dump of what is no block, then SIGSEGV
 * Panamem: foreign pointer here drop
 * Guard: foreign pointer here drop
 */
#include "bug.h"

SITE void drop(char *buffer) {
  PyMem_Free(buffer);
  __asm__("");
}

BUG(foreign_stack) {
  char small[64] = "on the stack";
  drop(small + 16);
}
