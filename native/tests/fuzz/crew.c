/* SPDX-License-Identifier: Apache-2.0
 *
 * Threads that take turns: a step runs on one of them while all others wait, so a program always does the same.
 */
#include "fuzz.h"

#include <limits.h>
#include <pthread.h>
#include <semaphore.h>

#define SMALL_STACK_BYTES (256 << 10) /* too small to be attached to Java */

struct member {
  bool exists;
  pthread_t thread;
  sem_t go, done;
  void (*step)(struct world *world); /* NULL: end */
  struct world *world;
};

static struct member crew[CREW]; /* the first has no thread of its own: it is the main thread */

/* ---- The end of a thread ------------------------------------------------------------------------------------------------ */

/* Somebody's destructor asks for memory, also in rounds after ours. */
static pthread_key_t late_key;

static void be_late(void *rounds_left) {
  uintptr_t rounds = (uintptr_t)rounds_left;
  for (int domain = 0; domain < DOMAINS; domain++) {
    families[domain].free(families[domain].malloc(rounds * 100));
  }
  if (rounds > 1) {
    pthread_setspecific(late_key, (void *)(rounds - 1)); /* NOLINT: a number */
  }
}

static void make_late_key(void) {
  pthread_key_create(&late_key, be_late);
}

/* ---- Turns -------------------------------------------------------------------------------------------------------------- */

static void *work(void *argument) {
  struct member *member = argument;
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, make_late_key);
  pthread_setspecific(late_key, (void *)3); /* NOLINT: a number */
  for (;;) {
    while (sem_wait(&member->go) != 0) {
    }
    if (member->step == NULL) {
      return NULL;
    }
    member->step(member->world);
    sem_post(&member->done);
  }
}

static void begin(struct member *member) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  if (member == &crew[CREW - 1]) {
    pthread_attr_setstacksize(&attributes, SMALL_STACK_BYTES);
  }
  sem_init(&member->go, 0, 0);
  sem_init(&member->done, 0, 0);
  EXPECT(pthread_create(&member->thread, &attributes, work, member) == 0, "no thread to be had");
  pthread_attr_destroy(&attributes);
  member->exists = true;
}

static void end(struct member *member) {
  if (member->exists) {
    member->step = NULL;
    sem_post(&member->go);
    pthread_join(member->thread, NULL);
    sem_destroy(&member->go);
    sem_destroy(&member->done);
    member->exists = false;
  }
}

void crew_run(struct world *world, void (*step)(struct world *world)) {
  struct member *member = &crew[world->turn];
  bool there = world->turn == 0 || member->exists;
  if (!there && !world->is_child && !world->os_refuses) {
    begin(member);
  }
  if (world->turn == 0 || !member->exists) {
    step(world);
    return;
  }
  member->step = step;
  member->world = world;
  sem_post(&member->go);
  while (sem_wait(&member->done) != 0) {
  }
}

void crew_end(void) {
  for (int i = 1; i < CREW; i++) {
    end(&crew[i]);
  }
}

void crew_forget(void) {
  for (int i = 1; i < CREW; i++) {
    crew[i].exists = false;
  }
}

/* ---- Steps, which the main thread takes itself ---------------------------------------------------------------------------- */

void step_turn(struct world *world) {
  world->turn = (int)input_below(&world->input, CREW);
}

void step_end_thread(struct world *world) {
  if (!world->is_child) {
    end(&crew[world->turn]);
  }
}
