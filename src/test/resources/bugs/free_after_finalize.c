/* SPDX-License-Identifier: Apache-2.0
 *
 * A handler of libc's atexit frees a buffer when the interpreter is gone.
 *
 * CPython: "Python memory allocator called without holding the GIL"
 * Panamem: after finalize here drop allocated make
 * Only: extension
 */
#include "bug.h"

static void *kept;

SITE void *make(void) {
  void *buffer = PyMem_Malloc(500);
  __asm__("");
  return buffer;
}

SITE void drop(void) {
  PyMem_Free(kept);
  __asm__("");
}

BUG(free_after_finalize) {
  kept = make();
  atexit(drop);
}
