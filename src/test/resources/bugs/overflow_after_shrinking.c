/* SPDX-License-Identifier: Apache-2.0
 *
 * The old length is used after the buffer was made smaller.
 *
 * CPython: "bad trailing pad byte"
 * Panamem: overflow here drop allocated shrink
 */
#include "bug.h"

SITE char *shrink(char *buffer) {
  char *smaller = PyMem_Realloc(buffer, 40);
  __asm__("");
  return smaller;
}

SITE void drop(char *buffer) {
  PyMem_Free(buffer);
  __asm__("");
}

BUG(overflow_after_shrinking) {
  char *buffer = shrink(PyMem_Malloc(200));
  buffer[40] = '\n';
  drop(buffer);
}
