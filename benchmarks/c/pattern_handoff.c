/* SPDX-License-Identifier: Apache-2.0
 *
 * Producer → consumer: even threads allocate, the odd thread beside each reads and frees. Blocks travel in chunks; who
 * has to wait for one soon sleeps, so that waiting is not counted as work.
 */
#include "random.h"
#include "workload.h"

#include <errno.h>
#include <semaphore.h>

#define CHUNKS 4
#define SPINS_BEFORE_SLEEP 200

/* emptied + filled + chunks in the two threads' hands = CHUNKS; each thread takes them in turn. */
struct ring {
  sem_t emptied;
  sem_t filled;
  uint64_t random; /* the producer's */
  size_t counts[CHUNKS];
  unsigned char **blocks; /* CHUNKS times chunk_blocks */
};

struct handoff {
  struct workload workload;
  unsigned doublings;
  size_t chunk_blocks;
  struct ring rings[]; /* one per pair of threads */
};

static void *create(const struct workload *workload) {
  unsigned ring_count = workload->thread_count / 2;
  struct handoff *handoff = workload_scratch(sizeof *handoff + ring_count * sizeof handoff->rings[0]);
  handoff->workload = *workload;
  handoff->chunk_blocks = workload->live_count / CHUNKS;
  for (size_t bytes = workload->min_bytes; bytes < workload->max_bytes; bytes *= 2) {
    handoff->doublings++;
  }
  for (unsigned i = 0; i < ring_count; i++) {
    struct ring *ring = &handoff->rings[i];
    sem_init(&ring->emptied, 0, CHUNKS);
    sem_init(&ring->filled, 0, 0);
    ring->random = random_seeded(workload->seed, i);
    ring->blocks = workload_scratch(workload->live_count * sizeof *ring->blocks);
  }
  return handoff;
}

static void take(sem_t *chunks) {
  for (unsigned spins = 0; spins < SPINS_BEFORE_SLEEP; spins++) {
    if (sem_trywait(chunks) == 0) {
      return;
    }
    __builtin_ia32_pause();
  }
  while (sem_wait(chunks) != 0 && errno == EINTR) {
  }
}

static void produce(const struct handoff *handoff, struct ring *ring, uint64_t operations) {
  const struct allocator allocator = handoff->workload.allocator;
  const size_t min_bytes = handoff->workload.min_bytes;
  const unsigned doublings = handoff->doublings;
  uint64_t random = ring->random;
  for (unsigned chunk = 0; operations > 0; chunk = (chunk + 1) % CHUNKS) {
    size_t count = operations < handoff->chunk_blocks ? (size_t)operations : handoff->chunk_blocks;
    take(&ring->emptied);
    unsigned char **blocks = ring->blocks + chunk * handoff->chunk_blocks;
    for (size_t i = 0; i < count; i++) {
      size_t bytes = doublings == 0 ? min_bytes : random_bytes(random_next(&random), min_bytes, doublings);
      blocks[i] = workload_allocate(&allocator, bytes);
    }
    ring->counts[chunk] = count;
    sem_post(&ring->filled);
    operations -= count;
  }
  ring->random = random;
}

static void consume(const struct handoff *handoff, struct ring *ring, uint64_t operations) {
  const struct allocator allocator = handoff->workload.allocator;
  for (unsigned chunk = 0; operations > 0; chunk = (chunk + 1) % CHUNKS) {
    take(&ring->filled);
    unsigned char **blocks = ring->blocks + chunk * handoff->chunk_blocks;
    const size_t count = ring->counts[chunk];
    for (size_t i = 0; i < count; i++) {
      (void)*(volatile unsigned char *)blocks[i];
      allocator.free(blocks[i]);
    }
    sem_post(&ring->emptied);
    operations -= count;
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

const struct pattern pattern_handoff = {
    .name = "handoff", .threads_per_operation = 2, .least_live_count = CHUNKS, .create = create, .run = run};
