/* SPDX-License-Identifier: Apache-2.0
 *
 * A thread frees what the one that started it still reads.
 *
 * CPython: nothing
 * Guard: use after free here look allocated make freed drop
 */
#include "bug.h"

#include <pthread.h>

SITE char *make(void) {
  char *text = PyMem_RawMalloc(100);
  strcpy(text, "shared");
  return text;
}

SITE void *drop(void *text) {
  PyMem_RawFree(text);
  __asm__("");
  return NULL;
}

SITE char look(const volatile char *text) {
  return text[0];
}

BUG(read_after_free_by_thread) {
  pthread_t thread;
  char *text = make();
  pthread_create(&thread, NULL, drop, text);
  pthread_join(thread, NULL);
  look(text);
}
