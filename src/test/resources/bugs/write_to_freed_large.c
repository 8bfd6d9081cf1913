/* SPDX-License-Identifier: Apache-2.0
 *
 * An image is written to after it was freed.
 *
 * CPython: SIGSEGV, and not a word
 * Guard: use after free here paint allocated make freed drop
 */
#include "bug.h"

SITE char *make(void) {
  char *image = PyMem_Malloc(1000000);
  __asm__("");
  return image;
}

SITE void drop(char *image) {
  PyMem_Free(image);
  __asm__("");
}

SITE void paint(volatile char *image) {
  image[500000] = 1;
}

BUG(write_to_freed_large) {
  char *image = make();
  drop(image);
  paint(image);
}
