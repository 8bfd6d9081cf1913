/* SPDX-License-Identifier: Apache-2.0
 *
 * A default value that is a literal is freed like one that was set.
 *
 * CPython: half a dump of what is no block, then SIGSEGV
 * Panamem: foreign pointer here drop
 * Guard: foreign pointer here drop
 */
#include "bug.h"

static const char literals[64] = "in front of the default\0the default value of the option";

SITE void drop(const char *value) {
  PyMem_Free((void *)value);
  __asm__("");
}

BUG(foreign_literal) {
  drop(literals + 24);
}
