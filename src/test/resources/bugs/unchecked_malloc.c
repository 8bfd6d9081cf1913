/* SPDX-License-Identifier: Apache-2.0
 *
 * What malloc answers is used without a look.
 *
 * CPython: nothing
 * Panamem: crash refused make
 */
#include "bug.h"

SITE char *make(void) {
  char *buffer = PyMem_Malloc(64);
  __asm__("");
  return buffer;
}

CALL(unchecked_malloc) {
  char *buffer = make();
  memset(buffer, 0, 64);
  PyMem_Free(buffer);
  return PANAMEM_RIGHT;
}
