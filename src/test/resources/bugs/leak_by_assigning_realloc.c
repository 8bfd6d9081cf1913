/* SPDX-License-Identifier: Apache-2.0
 *
 * The old block of a realloc that fails is lost, because its only pointer is overwritten.
 *
 * CPython: nothing
 * Panamem: leak refused grow
 */
#include "bug.h"

SITE char *grow(char *buffer) {
  buffer = PyMem_Realloc(buffer, 1000);
  __asm__("");
  return buffer;
}

CALL(leak_by_assigning_realloc) {
  char *buffer = PyMem_Malloc(10);
  if (buffer == NULL || (buffer = grow(buffer)) == NULL) {
    return PANAMEM_REFUSED;
  }
  PyMem_Free(buffer);
  return PANAMEM_RIGHT;
}
