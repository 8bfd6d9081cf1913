/* SPDX-License-Identifier: Apache-2.0
 *
 * A free list of an extension holds an entry twice, and both are freed when it is emptied.
 *
 * CPython: half a dump of what is no block, then SIGSEGV
 * Panamem: double free here empty allocated make freed empty
 * Guard: double free here empty allocated make freed empty
 */
#include "bug.h"

static void *free_list[4];
static int free_count;

SITE void *make(void) {
  void *entry = PyObject_Malloc(40);
  __asm__("");
  return entry;
}

SITE void empty(void) {
  for (int i = 0; i < free_count; i++) {
    PyObject_Free(free_list[i]);
    __asm__("");
  }
}

BUG(double_free_by_free_list) {
  void *entry = make();
  free_list[free_count++] = entry;
  free_list[free_count++] = entry;
  empty();
}
