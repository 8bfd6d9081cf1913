/* SPDX-License-Identifier: Apache-2.0
 *
 * The second request is refused, and the first block is forgotten.
 *
 * CPython: nothing
 * Panamem: leak refused make_second
 */
#include "bug.h"

SITE char *make_second(void) {
  char *second = PyObject_Malloc(20);
  __asm__("");
  return second;
}

CALL(leak_on_error_path) {
  char *first = PyMem_Malloc(10);
  if (first == NULL) {
    return PANAMEM_REFUSED;
  }
  char *second = make_second();
  if (second == NULL) {
    return PANAMEM_REFUSED;
  }
  PyObject_Free(second);
  PyMem_Free(first);
  return PANAMEM_RIGHT;
}
