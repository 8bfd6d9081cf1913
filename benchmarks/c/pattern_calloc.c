/* SPDX-License-Identifier: Apache-2.0
 *
 * calloc, touch, free, again: who must clear what was used before, and who knows that it is still clear?
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
    allocator.free(workload_touched(allocator.calloc(1, bytes), bytes));
  }
}

const struct pattern pattern_calloc = {
    .name = "calloc", .threads_per_operation = 1, .least_live_count = 1, .create = create, .run = run};
