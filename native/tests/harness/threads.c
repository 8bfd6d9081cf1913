/* SPDX-License-Identifier: Apache-2.0
 *
 * Several threads: each for itself, one freeing what another made, and threads that end before or after their blocks.
 */
#include <pthread.h>
#include <stdlib.h>

#include "harness.h"

#define THREADS 6
#define HANDED 20000
#define KEPT 200

static void *work(void *argument) {
  work_at_random((uint64_t)(uintptr_t)argument, 12000, 300);
  return NULL;
}

void scenario_threads(void) {
  pthread_t threads[THREADS];
  for (uintptr_t i = 0; i < THREADS; i++) {
    EXPECT(pthread_create(&threads[i], NULL, work, (void *)(i + 100)) == 0);
  }
  for (int i = 0; i < THREADS; i++) {
    EXPECT(pthread_join(threads[i], NULL) == 0);
  }
}

/* ---- Producers and consumers ------------------------------------------------------------------------------------------------ */

static void *produce(void *argument) {
  hand_over((uint64_t)(uintptr_t)argument, HANDED);
  return NULL;
}

static void *consume(void *unused) {
  (void)unused;
  take_over(HANDED);
  return NULL;
}

void scenario_remote_frees(void) {
  pthread_t threads[4];
  EXPECT(pthread_create(&threads[0], NULL, produce, (void *)1) == 0);
  EXPECT(pthread_create(&threads[1], NULL, produce, (void *)2) == 0);
  EXPECT(pthread_create(&threads[2], NULL, consume, NULL) == 0);
  EXPECT(pthread_create(&threads[3], NULL, consume, NULL) == 0);
  for (int i = 0; i < 4; i++) {
    EXPECT(pthread_join(threads[i], NULL) == 0);
  }
}

/* ---- Blocks that outlive their thread -------------------------------------------------------------------------------------- */

static void *make_and_end(void *argument) {
  void **blocks = argument;
  for (size_t i = 0; i < KEPT; i++) {
    blocks[i] = families[i % DOMAINS].malloc(i * 37);
    EXPECT(blocks[i] != NULL);
    fill(blocks[i], i * 37, i);
  }
  return NULL;
}

void scenario_thread_ends(void) {
  for (int round = 0; round < 50; round++) {
    void *blocks[KEPT];
    pthread_t thread;
    EXPECT(pthread_create(&thread, NULL, make_and_end, blocks) == 0);
    EXPECT(pthread_join(thread, NULL) == 0);
    for (size_t i = 0; i < KEPT; i++) {
      EXPECT(holds(blocks[i], i * 37, i));
      families[i % DOMAINS].free(blocks[i]);
    }
  }
}

/* ---- Key destructors: they run in any order and more than once ------------------------------------------------------------- */

static pthread_key_t late_key;

struct late {
  void *block;
  int rounds;
};

static void late_destructor(void *argument) {
  struct late *late = argument;
  families[1].free(late->block);
  void *again = families[2].malloc(600);
  EXPECT(again != NULL);
  fill(again, 600, 3);
  EXPECT(holds(again, 600, 3));
  families[2].free(again);
  if (--late->rounds > 0) {
    late->block = families[1].calloc(3, 1000);
    EXPECT(late->block != NULL && is_zero(late->block, 3000));
    pthread_setspecific(late_key, late); /* pthread calls again, after everybody else */
  } else {
    free(late);
  }
}

static void *end_late(void *unused) {
  (void)unused;
  struct late *late = malloc(sizeof *late);
  EXPECT(late != NULL);
  *late = (struct late){families[1].malloc(5000), 4}; /* PTHREAD_DESTRUCTOR_ITERATIONS */
  EXPECT(late->block != NULL && pthread_setspecific(late_key, late) == 0);
  return NULL;
}

void scenario_late_frees(void) {
  EXPECT(pthread_key_create(&late_key, late_destructor) == 0);
  for (int i = 0; i < 20; i++) {
    pthread_t thread;
    EXPECT(pthread_create(&thread, NULL, end_late, NULL) == 0);
    EXPECT(pthread_join(thread, NULL) == 0);
  }
  EXPECT(pthread_key_delete(late_key) == 0);
}
