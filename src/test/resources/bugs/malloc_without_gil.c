/* SPDX-License-Identifier: Apache-2.0
 *
 * A buffer is allocated where the GIL is released.
 *
 * CPython: "Python memory allocator called without holding the GIL"
 * Panamem: without the GIL here make
 * Only: extension
 */
#include "bug.h"

SITE void *make(void) {
  void *buffer = PyMem_Malloc(10);
  __asm__("");
  return buffer;
}

BUG(malloc_without_gil) {
  void *buffer;
  Py_BEGIN_ALLOW_THREADS
  buffer = make();
  Py_END_ALLOW_THREADS
  PyMem_Free(buffer);
}
