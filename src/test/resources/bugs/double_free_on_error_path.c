/* SPDX-License-Identifier: Apache-2.0
 *
 * A function that took the buffer over has freed it; the caller's error path frees it once more.
 *
 * CPython: half a dump of what is no block, then SIGSEGV
 * Panamem: double free here work allocated work freed consume
 * Guard: double free here work allocated work freed consume
 */
#include "bug.h"

SITE int consume(char *buffer) {
  int good = buffer[0] == 'x';
  PyMem_Free(buffer);
  __asm__("");
  return good;
}

SITE void work(void) {
  char *buffer = PyMem_Malloc(100);
  buffer[0] = 'y';
  if (!consume(buffer)) {
    PyMem_Free(buffer);
    __asm__("");
  }
}

BUG(double_free_on_error_path) {
  work();
}
