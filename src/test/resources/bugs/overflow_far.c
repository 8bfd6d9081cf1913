/* SPDX-License-Identifier: Apache-2.0
 *
 * An index that was not checked writes beyond the padding, into nobody's memory or somebody's.
 *
 * CPython: nothing
 * Guard: overflow here set allocated make
 */
#include "bug.h"

SITE char *make(void) {
  char *flags = PyMem_Malloc(32);
  __asm__("");
  return flags;
}

SITE void set(volatile char *flags, int index) {
  flags[index] = 1;
}

BUG(overflow_far) {
  set(make(), 132);
}
