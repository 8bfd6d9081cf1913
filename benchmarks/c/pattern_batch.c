/* SPDX-License-Identifier: Apache-2.0
 *
 * Allocate live_count blocks, free them all in random order, again: how well does an allocator order what comes back?
 */
#include "random.h"
#include "workload.h"

#define ORDER_COUNT 16 /* different orders, so that no predictor learns one */

struct batch {
  struct workload workload;
  uint32_t *orders;       /* ORDER_COUNT permutations of 0..live_count-1 */
  unsigned char **blocks; /* live_count per thread */
};

static void shuffle(uint32_t *order, size_t count, uint64_t *random) {
  for (uint32_t i = 0; i < count; i++) {
    order[i] = i;
  }
  for (size_t i = count - 1; i > 0; i--) {
    size_t j = random_below(random_next(random), i + 1);
    uint32_t swapped = order[i];
    order[i] = order[j];
    order[j] = swapped;
  }
}

static void *create(const struct workload *workload) {
  struct batch *batch = workload_scratch(sizeof *batch);
  const size_t live_count = workload->live_count;
  batch->workload = *workload;
  batch->orders = workload_scratch(ORDER_COUNT * live_count * sizeof *batch->orders);
  batch->blocks = workload_scratch(workload->thread_count * live_count * sizeof *batch->blocks);
  uint64_t random = random_seeded(workload->seed, 0);
  for (size_t i = 0; i < ORDER_COUNT; i++) {
    shuffle(batch->orders + i * live_count, live_count, &random);
  }
  return batch;
}

static void run(void *state, unsigned thread_index, uint64_t operations) {
  const struct batch *batch = state;
  const struct allocator allocator = batch->workload.allocator;
  const size_t bytes = batch->workload.min_bytes;
  const size_t live_count = batch->workload.live_count;
  unsigned char **blocks = batch->blocks + thread_index * live_count;
  const uint64_t rounds = (operations + live_count - 1) / live_count; /* the row gives a multiple */
  for (uint64_t round = 0; round < rounds; round++) {
    const uint32_t *order = batch->orders + (round % ORDER_COUNT) * live_count;
    for (size_t i = 0; i < live_count; i++) {
      blocks[i] = workload_allocate(&allocator, bytes);
    }
    for (size_t i = 0; i < live_count; i++) {
      allocator.free(blocks[order[i]]);
    }
  }
}

const struct pattern pattern_batch = {
    .name = "batch", .threads_per_operation = 1, .least_live_count = 1, .create = create, .run = run};
