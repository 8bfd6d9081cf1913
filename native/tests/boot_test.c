/* SPDX-License-Identifier: Apache-2.0
 *
 * Where a boot runs and who waits for it; each case in a child of its own, because it happens once per process.
 */
#include "fixture.h"

#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../arrival.h"
#include "../boot.h"
#include "../entry.h"
#include "capture.h"

static sem_t loaded, go_on;
static pthread_t booted_on;

static void begin(void) {
  sem_init(&loaded, 0, 0);
  sem_init(&go_on, 0, 0);
  panamem_state_set(PANAMEM_STATE_BOOTING);
}

static void succeeding(void) {
  sigset_t blocked;
  pthread_sigmask(SIG_SETMASK, NULL, &blocked);
  REQUIRE(pthread_equal(pthread_self(), booted_on) || sigismember(&blocked, SIGTERM) == 1);
  booted_on = pthread_self();
  panamem_boot_loaded();
  sem_post(&loaded);
  sem_wait(&go_on);
  panamem_boot_succeed("Java");
}

static void failing(void) {
  panamem_boot_loaded();
  sem_post(&loaded);
  sem_wait(&go_on);
  snprintf(panamem_arrival.error, sizeof panamem_arrival.error, "because");
  panamem_boot_fail();
}

static void here(void *argument) {
  (void)argument;
  begin();
  booted_on = pthread_self();
  sem_post(&go_on);
  panamem_boot_here(succeeding);
  REQUIRE(panamem_state() == PANAMEM_STATE_READY && pthread_equal(booted_on, pthread_self()));
  panamem_boot_wait(false);
}

static void in_background(void *argument) {
  (void)argument;
  begin();
  panamem_boot_in_background(succeeding);
  sem_wait(&loaded);
  REQUIRE(panamem_state() == PANAMEM_STATE_BOOTING && !pthread_equal(booted_on, pthread_self()));
  sem_post(&go_on);
  panamem_boot_wait(false);
  REQUIRE(panamem_state() == PANAMEM_STATE_READY);
}

static void it_runs_here_or_on_a_thread_without_signals(void **state) {
  (void)state;
  capture_assert(here, NULL, 0, "");
  capture_assert(in_background, NULL, 0, "");
}

/* The linker has boot.c call this one: what the new thread does first may be done before its maker runs on. */
int __real_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *argument);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *argument);

static bool thread_goes_first;

int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *argument) {
  int error = __real_pthread_create(thread, attributes, run, argument);
  if (thread_goes_first) {
    sem_wait(&loaded);
  }
  return error;
}

static void failing_at_once(void) {
  snprintf(panamem_arrival.error, sizeof panamem_arrival.error, "at once");
  sem_post(&loaded);
  panamem_boot_fail();
}

static void fails_at_once(void *argument) {
  (void)argument;
  begin();
  thread_goes_first = true;
  panamem_boot_in_background(failing_at_once);
  panamem_boot_wait(true);
  REQUIRE(panamem_state() == PANAMEM_STATE_FAILED && strcmp(panamem_arrival.error, "at once") == 0);
}

static void fails(void *argument) {
  (void)argument;
  begin();
  panamem_boot_in_background(failing);
  sem_post(&go_on);
  panamem_boot_wait(true);
  REQUIRE(panamem_state() == PANAMEM_STATE_FAILED);
}

static void let_it_fail(void) {
  sem_post(&go_on);
  panamem_boot_wait(true);
}

/* Registered before the boot, so that it runs after the boot's own. */
static void fails_at_exit(void *argument) {
  (void)argument;
  begin();
  atexit(let_it_fail);
  panamem_boot_in_background(failing);
  sem_wait(&loaded); /* it knows by then how it is told of an exit */
  exit(0);
}

static void a_failure_says_why_but_not_to_one_who_leaves(void **state) {
  (void)state;
  capture_assert(fails, NULL, 0, "panamem: Java does not serve, the fallback does: because\n");
  capture_assert(fails_at_once, NULL, 0, "panamem: Java does not serve, the fallback does: at once\n");
  capture_assert(fails_at_exit, NULL, 0, "");
}

static void let_it_go_on(void) {
  sem_post(&go_on);
}

static bool boots_now;

static void note_begin(void) {
  boots_now = panamem_boot_in_background(succeeding) != PANAMEM_BOOT_AMID_FORK;
}

/* The handler that runs last wants a boot: it is refused, and begins when the fork is over, in the parent and in the child. */
static void boots_amid_fork(void *argument) {
  (void)argument;
  begin();
  pthread_atfork(note_begin, NULL, NULL);
  pthread_atfork(panamem_boot_before_fork, panamem_boot_after_fork, panamem_boot_after_fork_in_child);
  int status = -1;
  pid_t child = fork();
  REQUIRE(!boots_now && strcmp(panamem_arrival.error, "a fork is under way") == 0);
  REQUIRE(panamem_boot_in_background(succeeding) == PANAMEM_BOOT_BEGAN && panamem_arrival.error[0] == '\0');
  sem_post(&go_on);
  panamem_boot_wait(true);
  REQUIRE(panamem_state() == PANAMEM_STATE_READY);
  if (child == 0) {
    _exit(0);
  }
  REQUIRE(waitpid(child, &status, 0) == child && status == 0);
}

static void none_begins_amid_a_fork(void **state) {
  (void)state;
  capture_assert(boots_amid_fork, NULL, 0, "");
}

static unsigned threads_of_this_process(void) {
  unsigned threads = 0;
  char line[256];
  FILE *status = fopen("/proc/self/status", "r");
  while (status != NULL && fgets(line, sizeof line, status) != NULL && sscanf(line, "Threads: %u", &threads) != 1) {
  }
  fclose(status);
  return threads;
}

static void forks_after(void *argument) {
  (void)argument;
  begin();
  unsigned before = threads_of_this_process();
  panamem_boot_in_background(succeeding);
  sem_wait(&loaded);
  sem_post(&go_on);
  panamem_boot_before_fork();
  REQUIRE(panamem_state() == PANAMEM_STATE_READY);
  REQUIRE(threads_of_this_process() == before);
  panamem_boot_after_fork();
}

static void a_fork_after_it_finds_no_thread(void **state) {
  (void)state;
  for (int i = 0; i < 20 && !SANITIZED; i++) { /* a sanitizer has threads of its own */
    capture_assert(forks_after, NULL, 0, "");
  }
}

/* ---- What it does after it has succeeded -------------------------------------------------------------------------------------- */

static void lingering(void) {
  panamem_boot_loaded();
  panamem_boot_succeed("Java");
  sem_post(&loaded);
  sem_wait(&go_on);
}

static void *fork_as_well(void *argument) {
  panamem_boot_before_fork();
  panamem_boot_after_fork();
  return argument;
}

/* The linker has boot.c call these as well. */
int __real_pthread_join(pthread_t thread, void **answer);
int __wrap_pthread_join(pthread_t thread, void **answer);
int __real_pthread_cond_timedwait(pthread_cond_t *condition, pthread_mutex_t *mutex, const struct timespec *until);
int __wrap_pthread_cond_timedwait(pthread_cond_t *condition, pthread_mutex_t *mutex, const struct timespec *until);

static int joins;
static sem_t waits;
static bool exits;

int __wrap_pthread_join(pthread_t thread, void **answer) {
  __atomic_fetch_add(&joins, 1, __ATOMIC_RELAXED);
  return __real_pthread_join(thread, answer);
}

int __wrap_pthread_cond_timedwait(pthread_cond_t *condition, pthread_mutex_t *mutex, const struct timespec *until) {
  sem_post(&waits);
  REQUIRE(!exits || until->tv_sec <= time(NULL)); /* who leaves only looks */
  return __real_pthread_cond_timedwait(condition, mutex, until);
}

/* Nobody waits for it but forks, and of those there may be several: one of them joins it. */
static void lingers(void *argument) {
  (void)argument;
  begin();
  sem_init(&waits, 0, 0);
  panamem_boot_in_background(lingering);
  panamem_boot_wait(true);
  sem_wait(&loaded);
  REQUIRE(panamem_state() == PANAMEM_STATE_READY);
  pthread_t threads[4];
  for (int i = 0; i < 4; i++) {
    REQUIRE(pthread_create(&threads[i], NULL, fork_as_well, NULL) == 0);
  }
  for (int i = 0; i < 4; i++) {
    sem_wait(&waits);
  }
  sem_post(&go_on);
  for (int i = 0; i < 4; i++) {
    REQUIRE(pthread_join(threads[i], NULL) == 0);
  }
  REQUIRE(joins == 4 + 1);
}

static void lingers_at_exit(void *argument) {
  (void)argument;
  begin();
  panamem_boot_in_background(lingering);
  sem_wait(&loaded);
  exits = true;
  exit(0);
}

static void only_forks_wait_for_what_follows_success(void **state) {
  (void)state;
  for (int i = 0; i < 20; i++) {
    capture_assert(lingers, NULL, 0, "");
  }
  capture_assert(lingers_at_exit, NULL, 0, "");
}

static void *cancel(void *argument) {
  sem_wait(&go_on);
  panamem_boot_cancel();
  return argument;
}

static void cancelled(void *argument) {
  (void)argument;
  begin();
  pthread_t thread;
  pthread_create(&thread, NULL, cancel, NULL);
  sem_post(&go_on);
  panamem_boot_wait(true);
  REQUIRE(panamem_state() == PANAMEM_STATE_IDLE && pthread_join(thread, NULL) == 0);
}

static void nobody_waits_for_one_that_has_not_begun(void **state) {
  (void)state;
  capture_assert(cancelled, NULL, 0, "");
}

/* The handler that runs first lets the boot go on; a fork that did not wait would find it under way. */
static void forks_amid(void *argument) {
  (void)argument;
  begin();
  pthread_atfork(panamem_boot_before_fork, panamem_boot_after_fork, panamem_boot_after_fork_in_child);
  pthread_atfork(let_it_go_on, NULL, NULL);
  panamem_boot_in_background(succeeding);
  sem_wait(&loaded);
  int status = -1;
  pid_t child = fork();
  if (child == 0) {
    panamem_boot_wait(true);
    _exit(panamem_state() == PANAMEM_STATE_READY ? 0 : 1);
  }
  REQUIRE(waitpid(child, &status, 0) == child && status == 0);
}

static void a_fork_waits_for_its_end(void **state) {
  (void)state;
  capture_assert(forks_amid, NULL, 0, "");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(it_runs_here_or_on_a_thread_without_signals),
      cmocka_unit_test(a_failure_says_why_but_not_to_one_who_leaves),
      cmocka_unit_test(a_fork_waits_for_its_end),
      cmocka_unit_test(none_begins_amid_a_fork),
      cmocka_unit_test(a_fork_after_it_finds_no_thread),
      cmocka_unit_test(only_forks_wait_for_what_follows_success),
      cmocka_unit_test(nobody_waits_for_one_that_has_not_begun),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
