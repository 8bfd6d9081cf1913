/* SPDX-License-Identifier: Apache-2.0
 *
 * Where the realloc fails both the function and its caller free the buffer.
 *
 * CPython: nothing
 * Panamem: crash refused grow
 */
#include "bug.h"

SITE char *grow(char *buffer) {
  char *longer = PyMem_Realloc(buffer, 1000);
  if (longer == NULL) {
    PyMem_Free(buffer);
  }
  return longer;
}

CALL(double_free_when_refused) {
  char *buffer = PyMem_Malloc(10);
  char *longer = buffer == NULL ? NULL : grow(buffer);
  PyMem_Free(longer == NULL ? buffer : longer);
  return longer == NULL ? PANAMEM_REFUSED : PANAMEM_RIGHT;
}
