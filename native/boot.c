/* SPDX-License-Identifier: Apache-2.0
 *
 * The boot thread can be joined, so that a fork after it finds no thread of ours.
 */
#include "boot.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "arrival.h"
#include "entry.h"
#include "signals.h"

#define STACK_BYTES (8 << 20)
#define LOADER_PATIENCE_SECONDS 2
#define PATIENCE_SECONDS 5
#define MOST_YIELDS 100000

/* Between LOADED and ENDED it may hold process-wide state changed; at GONE its thread does nothing any more. */
enum progress { NOT_BEGUN, BEGUN, LOADED, ENDED, GONE };

static pthread_mutex_t progress_mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t progress_changed = PTHREAD_COND_INITIALIZER;
static enum progress progress = NOT_BEGUN;
static unsigned forks; /* under way */
static pthread_t boot_thread;
static pid_t boot_thread_id;
static bool has_thread; /* which nobody has joined */

static bool exiting;

static void advance(enum progress next) {
  pthread_mutex_lock(&progress_mutex);
  progress = next;
  pthread_cond_broadcast(&progress_changed);
  pthread_mutex_unlock(&progress_mutex);
}

/* Waits until wanted has been reached; false when it took longer. The mutex is held. */
static bool reaches(enum progress wanted, int seconds) {
  struct timespec deadline;
  clock_gettime(CLOCK_REALTIME, &deadline);
  deadline.tv_sec += seconds;
  int error = 0;
  while (progress < wanted && error != ETIMEDOUT) {
    error = pthread_cond_timedwait(&progress_changed, &progress_mutex, &deadline);
  }
  return progress >= wanted;
}

/* A thread can be joined a moment before the kernel no longer counts it. */
static void wait_for_kernel(void) {
  for (int i = 0; i < MOST_YIELDS && syscall(SYS_tgkill, getpid(), boot_thread_id, 0) == 0; i++) {
    sched_yield();
  }
}

/* A boot that failed may have left its thread inside the JVM for good. The mutex is held, but not while this waits: another
 * thread may have joined it meanwhile. */
static void join(int seconds) {
  if (has_thread && panamem_state() == PANAMEM_STATE_READY && !panamem_jvm_thread && reaches(GONE, seconds) && has_thread) {
    pthread_join(boot_thread, NULL);
    wait_for_kernel();
    has_thread = false;
  }
}

/* ---- The boot ---------------------------------------------------------------------------------------------------------------- */

static void note_exit(void) {
  __atomic_store_n(&exiting, true, __ATOMIC_RELEASE);
  pthread_mutex_lock(&progress_mutex);
  join(0);
  pthread_mutex_unlock(&progress_mutex);
}

bool panamem_boot_comes_too_late(void) {
  return __atomic_load_n(&exiting, __ATOMIC_ACQUIRE);
}

void panamem_boot_here(panamem_boot_body body) {
  pthread_mutex_lock(&progress_mutex);
  while (forks > 0) {
    pthread_cond_wait(&progress_changed, &progress_mutex);
  }
  progress = BEGUN;
  pthread_mutex_unlock(&progress_mutex);
  atexit(note_exit);
  body();
  advance(GONE);
}

/* Nobody joins the thread of a boot that failed. */
static void forget(void) {
  pthread_mutex_lock(&progress_mutex);
  has_thread = false;
  pthread_detach(pthread_self());
  pthread_mutex_unlock(&progress_mutex);
}

static void *run(void *body) {
  boot_thread_id = gettid();
  pthread_setname_np(pthread_self(), "panamem-boot");
  atexit(note_exit);
  (*(panamem_boot_body *)body)();
  if (panamem_state() != PANAMEM_STATE_READY) {
    forget();
  }
  advance(GONE);
  return NULL;
}

static bool make_thread(panamem_boot_body *body) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, STACK_BYTES);
  has_thread = pthread_create(&boot_thread, &attributes, run, body) == 0;
  pthread_attr_destroy(&attributes);
  return has_thread;
}

/* The mutex is held: the thread cannot advance before it is known. */
static enum panamem_boot_begin begin(panamem_boot_body *body) {
  if (forks > 0) {
    snprintf(panamem_arrival.error, sizeof panamem_arrival.error, "a fork is under way");
    return PANAMEM_BOOT_AMID_FORK;
  }
  panamem_arrival.error[0] = '\0'; /* of one that could not begin; from here on it is the boot's */
  if (!make_thread(body)) {
    snprintf(panamem_arrival.error, sizeof panamem_arrival.error, "cannot make the boot thread");
    return PANAMEM_BOOT_NO_THREAD;
  }
  progress = BEGUN;
  return PANAMEM_BOOT_BEGAN;
}

enum panamem_boot_begin panamem_boot_in_background(panamem_boot_body body) {
  static panamem_boot_body of_this_process;
  of_this_process = body;
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before); /* also for the new thread; and a handler may fork */
  pthread_mutex_lock(&progress_mutex);
  enum panamem_boot_begin begun = begin(&of_this_process);
  pthread_mutex_unlock(&progress_mutex);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  return begun;
}

void panamem_boot_cancel(void) {
  pthread_mutex_lock(&progress_mutex);
  panamem_state_set(PANAMEM_STATE_IDLE);
  pthread_cond_broadcast(&progress_changed);
  pthread_mutex_unlock(&progress_mutex);
}

void panamem_boot_loaded(void) {
  advance(LOADED);
}

void panamem_boot_succeed(const char *who) {
  panamem_arrival_succeed(who);
  advance(ENDED);
}

void panamem_boot_fail(void) {
  if (panamem_boot_comes_too_late()) { /* nobody wants to know */
    panamem_state_set(PANAMEM_STATE_FAILED);
  } else {
    panamem_arrival_fail();
  }
  advance(ENDED);
}

/* ---- Who waits --------------------------------------------------------------------------------------------------------------- */

void panamem_boot_wait(bool patience) {
  pthread_mutex_lock(&progress_mutex);
  if (patience || reaches(LOADED, LOADER_PATIENCE_SECONDS)) {
    while (panamem_state() == PANAMEM_STATE_BOOTING || progress == BEGUN || progress == LOADED) {
      pthread_cond_wait(&progress_changed, &progress_mutex);
    }
  }
  pthread_mutex_unlock(&progress_mutex);
}

void panamem_boot_before_fork(void) {
  pthread_mutex_lock(&progress_mutex);
  bool under_way = progress == BEGUN || progress == LOADED;
  /* A child that inherits the loader's list locked (glibc's dl_load_write_lock) hangs when it unwinds. The forking thread may
   * hold the loader itself, inside a constructor; then nobody comes further. */
  if (under_way && !panamem_jvm_thread && reaches(LOADED, LOADER_PATIENCE_SECONDS)) {
    reaches(ENDED, PATIENCE_SECONDS);
  }
  join(PATIENCE_SECONDS);
  forks++;
  pthread_mutex_unlock(&progress_mutex);
}

void panamem_boot_after_fork(void) {
  pthread_mutex_lock(&progress_mutex);
  forks--;
  pthread_cond_broadcast(&progress_changed);
  pthread_mutex_unlock(&progress_mutex);
}

void panamem_boot_after_fork_in_child(void) {
  pthread_mutex_init(&progress_mutex, NULL); /* the boot thread may have held it; it is not here */
  pthread_cond_init(&progress_changed, NULL);
  progress = progress == NOT_BEGUN ? NOT_BEGUN : GONE;
  has_thread = false;
  forks = 0;
}
