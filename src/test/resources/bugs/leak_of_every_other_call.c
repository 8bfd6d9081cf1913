/* SPDX-License-Identifier: Apache-2.0
 *
 * One of two buffers that take turns is forgotten.
 *
 * CPython: nothing
 * Panamem: leak allocated make
 */
#include "bug.h"

SITE char *make(void) {
  char *buffer = PyMem_RawCalloc(1, 50);
  __asm__("");
  return buffer;
}

CALL(leak_of_every_other_call) {
  static int turn;
  char *buffer = make();
  if (turn++ % 2 == 0) {
    PyMem_RawFree(buffer);
  }
  return buffer == NULL ? PANAMEM_REFUSED : PANAMEM_RIGHT;
}
