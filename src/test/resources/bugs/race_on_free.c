/* SPDX-License-Identifier: Apache-2.0
 *
 * Two threads find the same buffer in a cache and free it.
 *
 * CPython: half a dump of what is no block, then SIGSEGV
 * Panamem: double free here drop allocated make freed drop
 * Guard: double free here drop allocated make freed drop
 */
#include "bug.h"

#include <pthread.h>

static pthread_barrier_t both;

SITE void *make(void) {
  void *buffer = PyMem_RawMalloc(64);
  __asm__("");
  return buffer;
}

SITE void drop(void *buffer) {
  PyMem_RawFree(buffer);
  __asm__("");
}

static void *find_and_drop(void *buffer) {
  pthread_barrier_wait(&both);
  drop(buffer);
  return NULL;
}

BUG(race_on_free) {
  pthread_t threads[2];
  void *buffer = make();
  pthread_barrier_init(&both, NULL, 2);
  for (int i = 0; i < 2; i++) {
    pthread_create(&threads[i], NULL, find_and_drop, buffer);
  }
  for (int i = 0; i < 2; i++) {
    pthread_join(threads[i], NULL);
  }
}
