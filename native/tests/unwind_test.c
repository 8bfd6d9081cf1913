/* SPDX-License-Identifier: Apache-2.0
 *
 * Both unwinders find the callers that the compiler knows of, and tell the calling function first.
 */
#include "cmocka_all.h"

#include <dlfcn.h>
#include <link.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../fast_path.h"
#include "../unforked.h"
#include "../unwind.h"

#define CALLER ((uintptr_t)__builtin_return_address(0))

static uintptr_t callers[3]; /* innermost first, as the compiler knows them */
static uintptr_t found[PANAMEM_UNWIND_MOST];
static uint32_t count;
static uint32_t most;

static NOINLINE void hook(void) {
  callers[0] = CALLER;
  count = panamem_unwind(CALLER, found, most);
}

static NOINLINE void middle(void) {
  callers[1] = CALLER;
  hook();
  __asm__ volatile("");
}

static NOINLINE void outer(void) {
  callers[2] = CALLER;
  middle();
  __asm__ volatile("");
}

static void callers_are_told_innermost_first(void **state) {
  (void)state;
  panamem_unwind_prepare();
  most = PANAMEM_UNWIND_MOST;
  outer();
  assert_true(count > 3);
  assert_memory_equal(found, callers, sizeof callers);
  assert_int_not_equal(found[count - 1], 0);
}

static void no_more_are_told_than_wanted(void **state) {
  (void)state;
  panamem_unwind_prepare();
  for (most = 1; most <= 3; most++) {
    outer();
    assert_int_equal(count, most);
    assert_memory_equal(found, callers, most * sizeof callers[0]);
  }
}

static void before_it_is_prepared_the_caller_is_known(void **state) {
  (void)state;
  most = 3;
  outer();
  assert_int_equal(count, 1);
  assert_int_equal(found[0], callers[0]);
}

static void a_caller_that_is_not_on_the_stack_is_told_alone(void **state) {
  (void)state;
  panamem_unwind_prepare();
  assert_int_equal(panamem_unwind(0x1234, found, 5), 1);
  assert_int_equal(found[0], 0x1234);
}

/* ---- Forks -------------------------------------------------------------------------------------------------------------- */

#define CHILD_SECONDS 10 /* more than that is a hang */
#define WRONG_MICROSECONDS 20000 /* time for a fork that does not wait to show it; one that waits needs none */

static pthread_t main_thread;
static sem_t unwinding, forking;

struct walk {
  int (*look)(struct dl_phdr_info *, size_t, void *);
  void *argument;
};

static int linger(struct dl_phdr_info *library, size_t bytes, void *argument) {
  const struct walk *walk = argument;
  sem_post(&unwinding);
  sem_wait(&forking);
  sem_post(&forking); /* for the next library */
  usleep(WRONG_MICROSECONDS);
  return walk->look(library, bytes, walk->argument);
}

/* In place of libc's, also for an unwinder that looks for the library of an instruction which it does not know: another
 * thread than the main one does so until a fork begins. */
__attribute__((visibility("default"))) int dl_iterate_phdr(int (*look)(struct dl_phdr_info *, size_t, void *), void *argument) {
  typedef int (*iterate)(int (*)(struct dl_phdr_info *, size_t, void *), void *);
  iterate libc = (iterate)dlsym(RTLD_NEXT, "dl_iterate_phdr");
  struct walk walk = {look, argument};
  bool lingers = main_thread != 0 && !pthread_equal(main_thread, pthread_self());
  return lingers ? libc(linger, &walk) : libc(look, argument);
}

static void fork_begins(void) {
  sem_post(&forking);
}

static NOINLINE void *unwind_in_thread(void *unused) {
  uintptr_t addresses[PANAMEM_UNWIND_MOST];
  panamem_unwind(CALLER, addresses, PANAMEM_UNWIND_MOST);
  sem_post(&unwinding); /* for an unwinder that walks no list */
  return unused;
}

static NOINLINE void unwind_in_child(void) {
  panamem_unwind(CALLER, found, PANAMEM_UNWIND_MOST);
  __asm__ volatile("");
}

/* Unwinders have locks, and a child would find them as they were. */
static void a_child_can_unwind_though_another_thread_was_about_it(void **state) {
  (void)state;
  panamem_unwind_prepare();
  main_thread = pthread_self();
  sem_init(&unwinding, 0, 0);
  sem_init(&forking, 0, 0);
  pthread_atfork(panamem_unforked_before_fork, panamem_unforked_after_fork, panamem_unforked_after_fork_in_child);
  pthread_atfork(fork_begins, NULL, NULL); /* the last that was registered comes first */
  pthread_t thread;
  assert_int_equal(pthread_create(&thread, NULL, unwind_in_thread, NULL), 0);
  sem_wait(&unwinding);
  pid_t child = fork();
  if (child == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* an unwinder that waits for its lock has blocked all other signals */
    unwind_in_child();
    _exit(0);
  }
  int status = -1;
  alarm(CHILD_SECONDS);
  assert_int_equal(waitpid(child, &status, 0), child);
  alarm(0);
  pthread_join(thread, NULL);
  assert_int_equal(status, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(before_it_is_prepared_the_caller_is_known), /* first */
      cmocka_unit_test(callers_are_told_innermost_first),
      cmocka_unit_test(no_more_are_told_than_wanted),
      cmocka_unit_test(a_caller_that_is_not_on_the_stack_is_told_alone),
      cmocka_unit_test(a_child_can_unwind_though_another_thread_was_about_it),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
