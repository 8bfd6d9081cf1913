/* SPDX-License-Identifier: Apache-2.0
 *
 * It waits until there is memory, and there is none.
 *
 * CPython: nothing
 * Panamem: hang refused make
 */
#include "bug.h"

SITE char *make(void) {
  char *buffer = PyMem_Malloc(40);
  __asm__("");
  return buffer;
}

CALL(endless_retry) {
  static int is_out_of_memory;
  char *buffer = is_out_of_memory ? NULL : make();
  is_out_of_memory = buffer == NULL;
  while (buffer == NULL) {
    PyMem_Free(PyMem_Malloc(1));
  }
  PyMem_Free(buffer);
  return PANAMEM_RIGHT;
}
