/* SPDX-License-Identifier: Apache-2.0
 *
 * Fork with the real handlers: the child is served by the fallback on a sound heap, the parent goes on with Java.
 */
#include "fixture.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../include/panamem/panamem.h"
#include "../entry.h"
#include "../fork.h"
#include "../heap.h"
#include "../lock.h"
#include "../magazine.h"
#include "../meta.h"
#include "fake_entries.h"
#include "serving.h"

#define OBJ PANAMEM_DOMAIN_CONTEXT(2)
#define CHILD_SECONDS 60 /* after which a child that hangs is killed, and its test fails */

static int fresh(void **state) {
  java_serves(state);
  panamem_fork_prepare();
  return 0;
}

/* Allocates, resizes and frees in every way; 0 when all went well. */
static int use_heap(uint64_t seed) {
  void *blocks[100] = {NULL};
  uint64_t sizes[100] = {0};
  for (int i = 0; i < 3000; i++) {
    uint64_t chosen = random_below(&seed, 100);
    uint64_t bytes = 1 + random_bytes(&seed, 100000);
    if (blocks[chosen] != NULL && !block_holds(blocks[chosen], sizes[chosen], chosen)) {
      return 10;
    }
    blocks[chosen] = panamem_arena_realloc(OBJ, blocks[chosen], bytes);
    if (blocks[chosen] == NULL) {
      return 11;
    }
    fill_block(blocks[chosen], bytes, chosen);
    sizes[chosen] = bytes;
    if (i % 3 == 0) {
      panamem_arena_free(OBJ, blocks[chosen]);
      blocks[chosen] = NULL;
    }
  }
  for (int i = 0; i < 100; i++) {
    panamem_arena_free(OBJ, blocks[i]);
  }
  return 0;
}

static int status_of(pid_t child) {
  int status;
  assert_int_equal(waitpid(child, &status, 0), child);
  assert_true(WIFEXITED(status)); /* not killed by its alarm */
  return WEXITSTATUS(status);
}

static pid_t fork_now(void) {
  fflush(NULL);
  pid_t child = fork();
  assert_true(child >= 0);
  if (child == 0) {
    alarm(CHILD_SECONDS);
  }
  return child;
}

static int child_life(const void *inherited) {
  uint64_t crossings = fake_crossings();
  char text[256];
  if (panamem_state() != PANAMEM_STATE_CHILD || panamem_active_core() != PANAMEM_CORE_FALLBACK) {
    return 1;
  }
  if (!heap_check(text, sizeof text) || !block_holds(inherited, 1000, 1)) {
    return 2;
  }
  panamem_arena_free(OBJ, (void *)inherited);
  int failed = use_heap(7);
  if (failed != 0) {
    return failed;
  }
  if (fake_crossings() != crossings || panamem_heap.fallback_blocks[PANAMEM_FALLBACK_CHILD] == 0) {
    return 3;
  }
  return heap_check(text, sizeof text) ? 0 : 4;
}

static void a_child_is_served_by_the_fallback_and_the_parent_by_java(void **state) {
  (void)state;
  void *block = panamem_arena_malloc(OBJ, 1000);
  fill_block(block, 1000, 1);
  pid_t child = fork_now();
  if (child == 0) {
    _exit(child_life(block));
  }
  assert_int_equal(status_of(child), 0);
  assert_int_equal(panamem_state(), PANAMEM_STATE_READY);
  assert_int_equal(panamem_heap.fallback_blocks[PANAMEM_FALLBACK_CHILD], 0);
  assert_true(block_holds(block, 1000, 1));
  uint64_t crossings = fake_crossings();
  assert_int_equal(use_heap(8), 0);
  assert_true(fake_crossings() > crossings);
  assert_heap_sound();
}

static void a_childs_child_is_a_child(void **state) {
  (void)state;
  pid_t child = fork_now();
  if (child == 0) {
    pid_t grandchild = fork_now();
    if (grandchild == 0) {
      _exit(panamem_state() == PANAMEM_STATE_CHILD ? use_heap(9) : 1);
    }
    int status;
    waitpid(grandchild, &status, 0);
    _exit(status == 0 ? use_heap(10) : 2);
  }
  assert_int_equal(status_of(child), 0);
}

static void a_child_of_a_process_that_never_asked_for_java_may_ask(void **state) {
  (void)state;
  panamem_state_set(PANAMEM_STATE_IDLE);
  pid_t child = fork_now();
  if (child == 0) {
    _exit(panamem_state() == PANAMEM_STATE_IDLE ? 0 : 1);
  }
  assert_int_equal(status_of(child), 0);
  static const enum panamem_state others[] = {PANAMEM_STATE_BOOTING, PANAMEM_STATE_SHUTDOWN, PANAMEM_STATE_FAILED};
  for (int i = 0; i < 3; i++) {
    panamem_state_set(others[i]);
    child = fork_now();
    if (child == 0) {
      _exit(panamem_state() == PANAMEM_STATE_CHILD ? use_heap(11) : 1);
    }
    assert_int_equal(status_of(child), 0);
    assert_int_equal(panamem_state(), others[i]);
  }
}

/* ---- While threads allocate ------------------------------------------------------------------------------------------------ */

#define THREADS 3
#define FORKS 60
static bool stop_working;
static int failures;

static void *work(void *argument) {
  uint64_t seed = (uint64_t)argument;
  while (!__atomic_load_n(&stop_working, __ATOMIC_RELAXED)) {
    __atomic_fetch_add(&failures, use_heap(seed++) != 0, __ATOMIC_RELAXED);
  }
  return NULL;
}

static void *short_life(void *argument) {
  return (void *)(intptr_t)use_heap((uint64_t)argument);
}

static void *short_lives(void *argument) {
  while (!__atomic_load_n(&stop_working, __ATOMIC_RELAXED)) {
    pthread_t thread;
    void *failed;
    if (pthread_create(&thread, NULL, short_life, argument) == 0) {
      pthread_join(thread, &failed);
      __atomic_fetch_add(&failures, failed != NULL, __ATOMIC_RELAXED);
    }
  }
  return NULL;
}

static bool all_locks_are_free(void) {
  uint32_t held = panamem_heap.registry_lock | panamem_heap.page_heap.lock | panamem_heap.pymalloc.lock;
  for (uint32_t bin = 0; bin < PANAMEM_BINS; bin++) {
    held |= panamem_heap.bins[bin].lock;
  }
  return held == 0;
}

static void forks_among_working_threads(void **state) {
  (void)state;
  pthread_t threads[THREADS + 1];
  stop_working = false;
  failures = 0;
  for (uintptr_t i = 0; i <= THREADS; i++) {
    assert_int_equal(pthread_create(&threads[i], NULL, i < THREADS ? work : short_lives, (void *)(i * 1000)), 0);
  }
  for (int i = 0; i < FORKS; i++) {
    pid_t child = fork_now();
    if (child == 0) {
      _exit(!all_locks_are_free() ? 20 : panamem_meta_allocate(100) == NULL ? 21 : use_heap((uint64_t)i));
    }
    assert_int_equal(status_of(child), 0);
    assert_int_equal(use_heap((uint64_t)i), 0);
  }
  __atomic_store_n(&stop_working, true, __ATOMIC_RELAXED);
  for (int i = 0; i <= THREADS; i++) {
    pthread_join(threads[i], NULL);
  }
  assert_int_equal(failures, 0);
  assert_heap_sound();
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(a_child_is_served_by_the_fallback_and_the_parent_by_java, fresh),
      cmocka_unit_test_setup(a_childs_child_is_a_child, fresh),
      cmocka_unit_test_setup(a_child_of_a_process_that_never_asked_for_java_may_ask, fresh),
      cmocka_unit_test_setup(forks_among_working_threads, fresh),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
