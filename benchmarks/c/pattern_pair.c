/* SPDX-License-Identifier: Apache-2.0
 *
 * malloc, touch, free, again: the shortest path an allocator has.
 */
#include "workload.h"

static void *create(const struct workload *workload) {
  struct workload *state = workload_scratch(sizeof *state);
  *state = *workload;
  return state;
}

static void run(void *state, unsigned thread_index, uint64_t operations) {
  (void)thread_index;
  const struct workload *workload = state;
  const struct allocator allocator = workload->allocator;
  const size_t bytes = workload->min_bytes;
  for (uint64_t i = 0; i < operations; i++) {
    allocator.free(workload_allocate(&allocator, bytes));
  }
}

const struct pattern pattern_pair = {
    .name = "pair", .threads_per_operation = 1, .least_live_count = 1, .create = create, .run = run};
