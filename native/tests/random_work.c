/* SPDX-License-Identifier: Apache-2.0 */
#include "random_work.h"

#include <pthread.h>

#include "capture.h"
#include "fixture.h"

#define THREADS 4
#define SLOTS 200
#define MOST_BYTES 60000

struct worker {
  const PyMemAllocatorEx *row;
  uint64_t random;
  uint32_t steps;
};

struct slot {
  unsigned char *block;
  size_t bytes;
};

static void allocate(const PyMemAllocatorEx *row, struct slot *slot, size_t bytes) {
  row->free(row->ctx, slot->block);
  slot->block = row->malloc(row->ctx, bytes);
  REQUIRE(slot->block != NULL);
}

static void allocate_zeroed(const PyMemAllocatorEx *row, struct slot *slot, size_t bytes) {
  row->free(row->ctx, slot->block);
  slot->block = row->calloc(row->ctx, 1, bytes);
  REQUIRE(slot->block != NULL);
  for (size_t i = 0; i < bytes; i++) {
    REQUIRE(slot->block[i] == 0);
  }
}

static void resize(const PyMemAllocatorEx *row, struct slot *slot, size_t bytes, uint64_t tag) {
  slot->block = row->realloc(row->ctx, slot->block, bytes);
  REQUIRE(slot->block != NULL && block_holds(slot->block, slot->bytes < bytes ? slot->bytes : bytes, tag));
}

static void step(struct worker *worker, struct slot *slot, uint64_t tag) {
  size_t bytes = random_bytes(&worker->random, MOST_BYTES);
  REQUIRE(slot->block == NULL || block_holds(slot->block, slot->bytes, tag));
  switch (random_below(&worker->random, 3)) {
  case 0:
    allocate(worker->row, slot, bytes);
    break;
  case 1:
    allocate_zeroed(worker->row, slot, bytes);
    break;
  default:
    resize(worker->row, slot, bytes, tag);
  }
  slot->bytes = bytes;
  fill_block(slot->block, bytes, tag);
}

static void *work(void *argument) {
  struct worker *worker = argument;
  struct slot slots[SLOTS] = {0};
  for (uint32_t i = 0; i < worker->steps; i++) {
    uint64_t chosen = random_below(&worker->random, SLOTS);
    step(worker, &slots[chosen], chosen);
  }
  for (int i = 0; i < SLOTS; i++) {
    worker->row->free(worker->row->ctx, slots[i].block);
  }
  return NULL;
}

void random_work(const PyMemAllocatorEx *row, uint64_t seed, uint32_t steps) {
  pthread_t threads[THREADS];
  struct worker workers[THREADS];
  for (int i = 0; i < THREADS; i++) {
    workers[i] = (struct worker){row, seed + (uint64_t)i, steps};
    REQUIRE(pthread_create(&threads[i], NULL, work, &workers[i]) == 0);
  }
  for (int i = 0; i < THREADS; i++) {
    pthread_join(threads[i], NULL);
  }
  char equation[256];
  if (!heap_check(equation, sizeof equation)) {
    fprintf(stderr, "%s", equation);
  }
}
