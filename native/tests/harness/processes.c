/* SPDX-License-Identifier: Apache-2.0
 *
 * Forks: a child allocates, frees what it inherited, forks again; with other threads of the parent busy meanwhile.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness.h"

#define INHERITED 200

static size_t inherited_bytes(size_t i) {
  return i * i % 20000;
}

static void make_inherited(void *blocks[INHERITED]) {
  for (size_t i = 0; i < INHERITED; i++) {
    blocks[i] = families[i % DOMAINS].malloc(inherited_bytes(i));
    EXPECT(blocks[i] != NULL);
    fill(blocks[i], inherited_bytes(i), i);
  }
}

static void drop_inherited(void *blocks[INHERITED]) {
  for (size_t i = 0; i < INHERITED; i++) {
    EXPECT(holds(blocks[i], inherited_bytes(i), i));
    if (i % 7 == 0) {
      blocks[i] = families[i % DOMAINS].realloc(blocks[i], inherited_bytes(i) * 2 + 1);
      EXPECT(blocks[i] != NULL && holds(blocks[i], inherited_bytes(i), i));
    }
    families[i % DOMAINS].free(blocks[i]);
  }
}

static void wait_for(pid_t child) {
  int status = -1;
  EXPECT(child > 0 && waitpid(child, &status, 0) == child);
  EXPECT(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

void await_upcall(void) {
  fflush(stdout);
  pid_t child = fork();
  if (child == 0) {
    _exit(0);
  }
  wait_for(child);
}

static void *work_in_child(void *unused) {
  (void)unused;
  work_at_random(11, 2000, 100);
  return NULL;
}

/* A child that lives a full life: blocks of its own, a thread, and children while generations are left. */
static _Noreturn void live_as_child(void *inherited[INHERITED], int generations) {
  work_at_random((uint64_t)generations + 5, 3000, 100);
  drop_inherited(inherited);
  pthread_t thread;
  EXPECT(pthread_create(&thread, NULL, work_in_child, NULL) == 0);
  EXPECT(pthread_join(thread, NULL) == 0);
  while (generations-- > 0) {
    void *own[INHERITED];
    make_inherited(own);
    pid_t child = fork();
    if (child != 0) {
      wait_for(child);
      generations = 0;
    }
    drop_inherited(own); /* in both */
  }
  _exit(0);
}

static void fork_once(int generations) {
  void *blocks[INHERITED];
  make_inherited(blocks);
  pid_t child = fork();
  if (child == 0) {
    live_as_child(blocks, generations);
  }
  work_at_random(77, 1000, 50); /* while the child lives */
  wait_for(child);
  drop_inherited(blocks);
}

void scenario_fork(void) {
  for (int round = 0; round < 10; round++) {
    fork_once(round % 3);
  }
}

static atomic_bool stop;

static void *be_busy(void *argument) {
  for (uint64_t seed = (uint64_t)(uintptr_t)argument; !atomic_load(&stop); seed += 10) {
    work_at_random(seed, 500, 60);
  }
  return NULL;
}

void scenario_fork_among_threads(void) {
  pthread_t threads[3];
  atomic_store(&stop, false);
  for (uintptr_t i = 0; i < 3; i++) {
    EXPECT(pthread_create(&threads[i], NULL, be_busy, (void *)(i + 1)) == 0);
  }
  for (int round = 0; round < 15; round++) {
    fork_once(0);
  }
  atomic_store(&stop, true);
  for (int i = 0; i < 3; i++) {
    EXPECT(pthread_join(threads[i], NULL) == 0);
  }
}
