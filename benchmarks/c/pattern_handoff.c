/* SPDX-License-Identifier: Apache-2.0
 *
 * Producer → consumer: even threads allocate, the odd thread beside each reads and frees. Blocks travel through a ring.
 */
#include "random.h"
#include "workload.h"

#include <sched.h>
#include <stdatomic.h>

#define PUBLISHED_TOGETHER 64 /* blocks per hand-over, so that the ring's own cache traffic stays small */
#define SPINS_BEFORE_YIELD 1000

/* 0 ≤ written - read ≤ live_count; both only grow, and count blocks. */
struct ring {
  _Alignas(64) atomic_uint_fast64_t written;
  _Alignas(64) atomic_uint_fast64_t read;
  _Alignas(64) unsigned char **blocks; /* live_count of them */
  uint64_t random;                     /* the producer's */
};

struct handoff {
  struct workload workload;
  unsigned doublings;
  struct ring rings[]; /* one per pair of threads */
};

static void *create(const struct workload *workload) {
  unsigned ring_count = workload->thread_count / 2;
  struct handoff *handoff = workload_scratch(sizeof *handoff + ring_count * sizeof handoff->rings[0]);
  handoff->workload = *workload;
  for (size_t bytes = workload->min_bytes; bytes < workload->max_bytes; bytes *= 2) {
    handoff->doublings++;
  }
  for (unsigned i = 0; i < ring_count; i++) {
    handoff->rings[i].blocks = workload_scratch(workload->live_count * sizeof(unsigned char *));
    handoff->rings[i].random = random_seeded(workload->seed, i);
  }
  return handoff;
}

static void wait_a_moment(unsigned *spins) {
  if (++*spins < SPINS_BEFORE_YIELD) {
    __builtin_ia32_pause();
  } else {
    *spins = 0;
    sched_yield();
  }
}

static uint64_t smaller(uint64_t a, uint64_t b) {
  return a < b ? a : b;
}

static void produce(const struct handoff *handoff, struct ring *ring, uint64_t operations) {
  const struct allocator allocator = handoff->workload.allocator;
  const size_t live_count = handoff->workload.live_count;
  const size_t min_bytes = handoff->workload.min_bytes;
  const unsigned doublings = handoff->doublings;
  uint64_t written = atomic_load_explicit(&ring->written, memory_order_relaxed);
  const uint64_t end = written + operations;
  uint64_t random = ring->random;
  while (written < end) {
    uint64_t until = smaller(written + PUBLISHED_TOGETHER, end);
    unsigned spins = 0;
    while (until - atomic_load_explicit(&ring->read, memory_order_acquire) > live_count) {
      wait_a_moment(&spins);
    }
    for (; written < until; written++) {
      size_t bytes = doublings == 0 ? min_bytes : random_bytes(random_next(&random), min_bytes, doublings);
      ring->blocks[written % live_count] = workload_allocate(&allocator, bytes);
    }
    atomic_store_explicit(&ring->written, written, memory_order_release);
  }
  ring->random = random;
}

static void consume(const struct handoff *handoff, struct ring *ring, uint64_t operations) {
  const struct allocator allocator = handoff->workload.allocator;
  const size_t live_count = handoff->workload.live_count;
  uint64_t read = atomic_load_explicit(&ring->read, memory_order_relaxed);
  const uint64_t end = read + operations;
  while (read < end) {
    uint64_t until = smaller(read + PUBLISHED_TOGETHER, end);
    unsigned spins = 0;
    while (atomic_load_explicit(&ring->written, memory_order_acquire) < until) {
      wait_a_moment(&spins);
    }
    for (; read < until; read++) {
      unsigned char *block = ring->blocks[read % live_count];
      (void)*(volatile unsigned char *)block;
      allocator.free(block);
    }
    atomic_store_explicit(&ring->read, read, memory_order_release);
  }
}

static void run(void *state, unsigned thread_index, uint64_t operations) {
  struct handoff *handoff = state;
  struct ring *ring = &handoff->rings[thread_index / 2];
  if (thread_index % 2 == 0) {
    produce(handoff, ring, operations);
  } else {
    consume(handoff, ring, operations);
  }
}

const struct pattern pattern_handoff = {.name = "handoff",
                                        .threads_per_operation = 2,
                                        .least_live_count = PUBLISHED_TOGETHER,
                                        .create = create,
                                        .run = run};
