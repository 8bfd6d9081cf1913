/* SPDX-License-Identifier: Apache-2.0
 *
 * A library that ends the process of its user.
 *
 * CPython: nothing
 * Panamem: wrong result refused make
 */
#include "bug.h"

SITE char *make(void) {
  char *buffer = PyMem_RawMalloc(40);
  if (buffer == NULL) {
    _exit(1);
  }
  return buffer;
}

CALL(exit_when_refused) {
  PyMem_RawFree(make());
  return PANAMEM_RIGHT;
}
