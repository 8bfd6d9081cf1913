/* SPDX-License-Identifier: Apache-2.0
 *
 * A header is written in front of the block; it takes the domain's id for that of another domain.
 *
 * CPython: "bad ID: Allocated using API 'o', verified using API 'm'"
 * Panamem: underflow here drop allocated make
 */
#include "bug.h"

SITE char *make(void) {
  char *block = PyMem_Malloc(50);
  block[-8] = 'o';
  return block;
}

SITE void drop(char *block) {
  PyMem_Free(block);
  __asm__("");
}

BUG(underflow_of_id) {
  drop(make());
}
