/* SPDX-License-Identifier: Apache-2.0
 *
 * live_count blocks per thread; each operation replaces a random one by a block of another random size.
 */
#include "random.h"
#include "workload.h"

struct part {
  unsigned char **blocks;
  uint64_t random;
};

struct mixed {
  struct workload workload;
  unsigned doublings;
  struct part parts[]; /* one per thread */
};

static void *create(const struct workload *workload) {
  struct mixed *mixed = workload_scratch(sizeof *mixed + workload->thread_count * sizeof mixed->parts[0]);
  mixed->workload = *workload;
  for (size_t bytes = workload->min_bytes; bytes < workload->max_bytes; bytes *= 2) {
    mixed->doublings++;
  }
  for (unsigned i = 0; i < workload->thread_count; i++) {
    mixed->parts[i].blocks = workload_scratch(workload->live_count * sizeof *mixed->parts[i].blocks);
    mixed->parts[i].random = random_seeded(workload->seed, i);
  }
  return mixed;
}

static void enter(void *state, unsigned thread_index) {
  struct mixed *mixed = state;
  struct part *part = &mixed->parts[thread_index];
  for (size_t i = 0; i < mixed->workload.live_count; i++) {
    size_t bytes = random_bytes(random_next(&part->random), mixed->workload.min_bytes, mixed->doublings);
    part->blocks[i] = workload_allocate(&mixed->workload.allocator, bytes);
  }
}

static void run(void *state, unsigned thread_index, uint64_t operations) {
  struct mixed *mixed = state;
  struct part *part = &mixed->parts[thread_index];
  const struct allocator allocator = mixed->workload.allocator;
  const size_t live_count = mixed->workload.live_count;
  const size_t min_bytes = mixed->workload.min_bytes;
  const unsigned doublings = mixed->doublings;
  unsigned char **blocks = part->blocks;
  uint64_t random = part->random;
  for (uint64_t i = 0; i < operations; i++) {
    uint64_t drawn = random_next(&random);
    unsigned char **slot = &blocks[random_below(drawn, live_count)];
    allocator.free(*slot);
    *slot = workload_allocate(&allocator, random_bytes(drawn, min_bytes, doublings));
  }
  part->random = random;
}

static void leave(void *state, unsigned thread_index) {
  struct mixed *mixed = state;
  for (size_t i = 0; i < mixed->workload.live_count; i++) {
    mixed->workload.allocator.free(mixed->parts[thread_index].blocks[i]);
  }
}

const struct pattern pattern_mixed = {.name = "mixed",
                                      .threads_per_operation = 1,
                                      .least_live_count = 1,
                                      .create = create,
                                      .enter = enter,
                                      .run = run,
                                      .leave = leave};
