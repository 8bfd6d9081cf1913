/* SPDX-License-Identifier: Apache-2.0
 *
 * Threads come and go: each allocates live_count blocks, frees them and ends; only then the next one starts. What a
 * thread's beginning and end cost an allocator is spread over its few blocks.
 */
#include "random.h"
#include "workload.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

struct churn {
  struct workload workload;
  unsigned doublings;
  uint64_t threads_started; /* the number of each is its stream of sizes */
};

struct visitor {
  const struct churn *churn;
  uint64_t number;
  size_t block_count;
};

static void *create(const struct workload *workload) {
  struct churn *churn = workload_scratch(sizeof *churn);
  churn->workload = *workload;
  for (size_t bytes = workload->min_bytes; bytes < workload->max_bytes; bytes *= 2) {
    churn->doublings++;
  }
  return churn;
}

/* The blocks are a chain through their own first bytes: no other memory is needed. */
static void *visit(void *argument) {
  const struct visitor *visitor = argument;
  const struct workload *workload = &visitor->churn->workload;
  uint64_t random = random_seeded(workload->seed, (unsigned)visitor->number);
  const unsigned doublings = visitor->churn->doublings;
  unsigned char *chain = NULL;
  for (size_t i = 0; i < visitor->block_count; i++) {
    size_t bytes =
        doublings == 0 ? workload->min_bytes : random_bytes(random_next(&random), workload->min_bytes, doublings);
    unsigned char *block = workload_allocate(&workload->allocator, bytes);
    *(unsigned char **)(void *)block = chain;
    chain = block;
  }
  while (chain != NULL) {
    unsigned char *block = chain;
    chain = *(unsigned char **)(void *)block;
    workload->allocator.free(block);
  }
  return NULL;
}

static void run(void *state, unsigned thread_index, uint64_t operations) {
  (void)thread_index;
  struct churn *churn = state;
  while (operations > 0) {
    size_t live_count = churn->workload.live_count;
    struct visitor visitor = {churn, __atomic_fetch_add(&churn->threads_started, 1, __ATOMIC_RELAXED),
                              operations < live_count ? (size_t)operations : live_count};
    pthread_t thread;
    if (pthread_create(&thread, NULL, visit, &visitor) != 0) {
      fputs("panamem-bench: cannot start a thread\n", stderr);
      exit(1);
    }
    pthread_join(thread, NULL);
    operations -= visitor.block_count;
  }
}

const struct pattern pattern_churn = {.name = "churn",
                                      .starts_threads = true,
                                      .threads_per_operation = 1,
                                      .least_live_count = 1,
                                      .create = create,
                                      .run = run};
