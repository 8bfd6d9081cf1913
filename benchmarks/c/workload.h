/* SPDX-License-Identifier: Apache-2.0
 *
 * A row of the bench as the C program sees it, and what a pattern of allocations must offer.
 */
#ifndef PANAMEM_BENCHMARKS_WORKLOAD_H
#define PANAMEM_BENCHMARKS_WORKLOAD_H

#include "allocator.h"

#include <stddef.h>
#include <stdint.h>

struct workload {
  size_t min_bytes;
  size_t max_bytes;  /* min_bytes times a power of two */
  size_t live_count; /* blocks alive at once per thread (in flight, for the hand-off) */
  unsigned thread_count;
  uint64_t seed;
  struct allocator allocator;
};

/* enter, run and leave are called on the thread they speak of; a run does `operations` times malloc + free. */
struct pattern {
  const char *name;
  bool starts_threads; /* its runs start threads of their own: the process's CPU time is measured */
  unsigned threads_per_operation; /* 2 when one thread allocates and another frees */
  size_t least_live_count;
  void *(*create)(const struct workload *workload);
  void (*enter)(void *state, unsigned thread_index);
  void (*run)(void *state, unsigned thread_index, uint64_t operations);
  void (*leave)(void *state, unsigned thread_index);
};

extern const struct pattern pattern_pair;
extern const struct pattern pattern_batch;
extern const struct pattern pattern_mixed;
extern const struct pattern pattern_handoff;
extern const struct pattern pattern_grow;
extern const struct pattern pattern_calloc;
extern const struct pattern pattern_churn;
extern const struct pattern pattern_noop;

/* Bookkeeping memory of the bench itself: straight from the OS, so that no contender serves it. Ends the process on
 * failure. */
void *workload_scratch(size_t bytes);

/* The contender said NULL: nothing to compare any more, the process ends with a line. */
_Noreturn void workload_out_of_memory(size_t bytes);

/* Touches first and last byte, as code that uses its blocks does. */
static inline unsigned char *workload_touched(unsigned char *block, size_t bytes) {
  if (__builtin_expect(block == NULL, 0)) {
    workload_out_of_memory(bytes);
  }
  *(volatile unsigned char *)block = 1;
  *(volatile unsigned char *)(block + bytes - 1) = 1;
  return block;
}

static inline unsigned char *workload_allocate(const struct allocator *allocator, size_t bytes) {
  return workload_touched(allocator->malloc(bytes), bytes);
}

#endif
