/* SPDX-License-Identifier: Apache-2.0
 *
 * A thread of the extension, which has no thread state, frees an object's buffer.
 *
 * CPython: "Python memory allocator called without holding the GIL"
 * Panamem: without the GIL here drop allocated make
 * Only: extension
 */
#include "bug.h"

#include <pthread.h>

SITE void *make(void) {
  void *buffer = PyObject_Malloc(64);
  __asm__("");
  return buffer;
}

SITE void *drop(void *buffer) {
  PyObject_Free(buffer);
  __asm__("");
  return NULL;
}

BUG(free_in_foreign_thread) {
  pthread_t thread;
  void *buffer = make();
  Py_BEGIN_ALLOW_THREADS
  pthread_create(&thread, NULL, drop, buffer);
  pthread_join(thread, NULL);
  Py_END_ALLOW_THREADS
}
