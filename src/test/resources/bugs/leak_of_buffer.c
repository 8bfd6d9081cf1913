/* SPDX-License-Identifier: Apache-2.0
 *
 * A buffer that is only freed when it is long.
 *
 * CPython: nothing
 * Panamem: leak allocated make
 */
#include "bug.h"

SITE char *make(void) {
  char *buffer = PyMem_Malloc(20);
  __asm__("");
  return buffer;
}

CALL(leak_of_buffer) {
  char *buffer = make();
  if (buffer == NULL) {
    return PANAMEM_REFUSED;
  }
  memset(buffer, 'x', 20);
  if (memchr(buffer, 0, 20) != NULL) {
    PyMem_Free(buffer);
  }
  return PANAMEM_RIGHT;
}
