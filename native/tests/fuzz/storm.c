/* SPDX-License-Identifier: Apache-2.0
 *
 * Threads that take no turns: each works on blocks of its own and hands some to the others. Nothing of it is in the model;
 * each block says itself what it must hold.
 */
#include "fuzz.h"

#include <pthread.h>
#include <sched.h>
#include <string.h>


#define STORM_THREADS 3
#define STORM_STEPS 300
#define STORM_BLOCKS 64
#define EXCHANGE 16 /* blocks on their way from thread to thread */

/* The beginning of each block; blocks have room for it. */
struct header {
  uint64_t bytes;
  uint64_t mark;
  int64_t domain;
};

struct storm {
  uint64_t seed;
  size_t most_bytes;
  struct header *exchange[EXCHANGE];
};

struct sailor {
  struct storm *storm;
  uint64_t random;
};

static uint64_t *last_word(struct header *block) {
  return (uint64_t *)((char *)block + (block->bytes - sizeof(uint64_t)) / sizeof(uint64_t) * sizeof(uint64_t));
}

static struct header *make(struct sailor *sailor) {
  size_t most = random_next(&sailor->random) % 8 == 0 ? sailor->storm->most_bytes : 600;
  size_t bytes = sizeof(struct header) + sizeof(uint64_t) + random_next(&sailor->random) % most;
  int domain = (int)(random_next(&sailor->random) % DOMAINS);
  bool zeroed = random_next(&sailor->random) % 4 == 0;
  struct header *block = zeroed ? families[domain].calloc(1, bytes) : families[domain].malloc(bytes);
  if (block == NULL) {
    return NULL;
  }
  EXPECT(!zeroed || (block->bytes == 0 && block->mark == 0), "calloc(%zu) is not zeroed, in a storm", bytes);
  *block = (struct header){bytes, random_next(&sailor->random), domain};
  *last_word(block) = block->mark;
  return block;
}

static void look_at(struct header *block) {
  EXPECT(block->domain >= 0 && block->domain < DOMAINS && *last_word(block) == block->mark,
         "the block %p of %lu bytes does not hold what was written to it, in a storm", (void *)block, block->bytes);
}

static void drop(struct header *block) {
  if (block != NULL) {
    look_at(block);
    int64_t domain = block->domain;
    *last_word(block) = 0;
    families[domain].free(block);
  }
}

static struct header *resize(struct sailor *sailor, struct header *block) {
  look_at(block);
  size_t bytes = sizeof(struct header) + sizeof(uint64_t) + random_next(&sailor->random) % sailor->storm->most_bytes;
  struct header before = *block;
  struct header *resized = families[block->domain].realloc(block, bytes);
  if (resized == NULL) {
    return block;
  }
  EXPECT(resized->mark == before.mark && (bytes < before.bytes || *last_word(resized) == before.mark),
         "realloc from %lu to %zu loses contents, in a storm", before.bytes, bytes);
  resized->bytes = bytes;
  *last_word(resized) = resized->mark;
  return resized;
}

static void *sail(void *argument) {
  struct sailor *sailor = argument;
  struct header *blocks[STORM_BLOCKS] = {0};
  for (int i = 0; i < STORM_STEPS; i++) {
    uint64_t choice = random_next(&sailor->random);
    struct header **block = &blocks[choice % STORM_BLOCKS];
    switch (choice >> 32 & 7) {
      case 0: /* a swap: somebody else's block for one of ours */
        *block = __atomic_exchange_n(&sailor->storm->exchange[choice >> 40 & (EXCHANGE - 1)], *block, __ATOMIC_ACQ_REL);
        break;
      case 1:
        *block = *block == NULL ? make(sailor) : resize(sailor, *block);
        break;
      case 2:
      case 3:
      case 4:
        drop(*block);
        *block = NULL;
        break;
      default:
        drop(*block);
        *block = make(sailor);
    }
  }
  for (int i = 0; i < STORM_BLOCKS; i++) {
    drop(blocks[i]);
  }
  return NULL;
}

static int ignore(void *block, size_t usable_bytes, int domain, void *argument) {
  (void)block, (void)usable_bytes, (void)domain, (void)argument;
  return 1;
}

/* What the main thread does meanwhile: figures that move, purges, and a fork. */
static void look_on(struct world *world, uint64_t *random) {
  struct panamem_statistics statistics = {.struct_bytes = sizeof statistics};
  for (int i = 0; i < 6; i++) {
    switch (random_next(random) >> 40 & 7) {
      case 0:
      case 1:
        panamem_purge(random_next(random) >> 44);
        break;
      case 2:
        panamem_get_statistics(&statistics);
        break;
      case 3:
        panamem_walk(ignore, NULL);
        break;
      case 4:
        fork_at_sea(world);
        break;
      default:
        sched_yield();
    }
  }
}

void step_storm(struct world *world) {
  struct storm storm = {.seed = (uint64_t)input_byte(&world->input) + 1,
                        .most_bytes = (size_t)1 << (5 + input_byte(&world->input) % 13)};
  struct sailor sailors[STORM_THREADS];
  pthread_t threads[STORM_THREADS];
  if (world->is_child || world->os_refuses || world->storms_left == 0) {
    return;
  }
  world->storms_left--;
  totals.storms++;
  for (int i = 0; i < STORM_THREADS; i++) {
    sailors[i] = (struct sailor){&storm, storm.seed * 2654435761u + (uint64_t)i + 1};
    EXPECT(pthread_create(&threads[i], NULL, sail, &sailors[i]) == 0, "no thread to be had");
  }
  look_on(world, &storm.seed);
  for (int i = 0; i < STORM_THREADS; i++) {
    pthread_join(threads[i], NULL);
  }
  for (int i = 0; i < EXCHANGE; i++) {
    drop(storm.exchange[i]);
  }
}
