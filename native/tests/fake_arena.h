/* SPDX-License-Identifier: Apache-2.0
 *
 * Stands in for the `arena` rows: libc underneath, with every call noted.
 */
#ifndef PANAMEM_TESTS_FAKE_ARENA_H
#define PANAMEM_TESTS_FAKE_ARENA_H

#include <stdbool.h>
#include <stddef.h>

/* The arguments of the last call, and how many calls there were since it was zeroed. */
struct fake_call {
  int calls;
  const char *function;
  void *ctx;
  size_t size, nelem, elsize;
  void *ptr;
};
extern struct fake_call fake_call;

/* Refuse all requests from now on. */
extern bool fake_arena_refuses;

#endif
