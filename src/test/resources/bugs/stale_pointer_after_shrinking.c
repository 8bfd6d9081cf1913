/* SPDX-License-Identifier: Apache-2.0
 *
 * A buffer is shrunk to fit, which hardly ever moves it, and the caller goes on with its old pointer.
 *
 * CPython: nothing
 * Guard: use after free here look allocated make freed shrink
 */
#include "bug.h"

SITE char *make(void) {
  char *buffer = PyMem_Malloc(64);
  strcpy(buffer, "short");
  return buffer;
}

SITE void shrink(char *buffer) {
  buffer = PyMem_Realloc(buffer, 60);
  __asm__("");
}

SITE char look(const volatile char *buffer) {
  return buffer[0];
}

BUG(stale_pointer_after_shrinking) {
  char *buffer = make();
  shrink(buffer);
  look(buffer);
}
