/* SPDX-License-Identifier: Apache-2.0
 *
 * The router of signals, with a handler that plays the JVM: who gets a fault, what the program sees of all this, and how
 * the program's own actions run. Each case is a child: actions belong to the process.
 */
#include "fixture.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../signals.h"
#include "../thread.h"
#include "capture.h"

static char *page;
static volatile int jvms, programs;
static volatile bool blocked_own, blocked_other;
static volatile siginfo_t seen_info;

static void look_at_mask(void) {
  sigset_t mask;
  pthread_sigmask(SIG_BLOCK, NULL, &mask);
  blocked_own = sigismember(&mask, SIGSEGV) == 1;
  blocked_other = sigismember(&mask, SIGUSR1) == 1;
}

static void jvm_handler(int signal_number, siginfo_t *info, void *context) {
  (void)signal_number, (void)context;
  seen_info.si_addr = info->si_addr;
  jvms++;
  errno = EDOM;
  mprotect(page, 4096, PROT_READ | PROT_WRITE);
}

static void program_handler(int signal_number, siginfo_t *info, void *context) {
  (void)signal_number, (void)context;
  seen_info.si_addr = info->si_addr;
  programs++;
  look_at_mask();
  mprotect(page, 4096, PROT_READ | PROT_WRITE);
}

static void plain_handler(int signal_number) {
  programs += signal_number;
  look_at_mask();
  mprotect(page, 4096, PROT_READ | PROT_WRITE);
}

static void stubborn_handler(int signal_number) {
  (void)signal_number;
  if (++programs > 5) {
    _exit(3); /* the fault comes back for ever */
  }
}

/* Writes to a page that cannot be written until a handler has helped. */
static void fault(void) {
  mprotect(page, 4096, PROT_NONE);
  *(volatile char *)page = 1;
}

static void jvm_installs(int signal_number) {
  struct sigaction action = {.sa_sigaction = jvm_handler, .sa_flags = SA_SIGINFO | SA_RESTART};
  struct sigaction old;
  REQUIRE(panamem_signals_jvm_sigaction(signal_number, &action, &old) == 0);
}

static void program_installs(int signal_number, void (*handler)(int), int flags) {
  struct sigaction action = {.sa_handler = handler, .sa_flags = flags};
  sigemptyset(&action.sa_mask);
  sigaddset(&action.sa_mask, SIGUSR1);
  REQUIRE(panamem_signals_program_sigaction(signal_number, &action, NULL) == 0);
}

static void program_installs_info(int signal_number) {
  struct sigaction action = {.sa_sigaction = program_handler, .sa_flags = SA_SIGINFO};
  REQUIRE(panamem_signals_program_sigaction(signal_number, &action, NULL) == 0);
}

static void in_java(bool inside) {
  panamem_self->flags = inside ? PANAMEM_THREAD_IN_JAVA : 0;
}

static struct capture run(void (*body)(void *)) {
  return capture(body, NULL);
}

static void assert_passes(void (*body)(void *)) {
  struct capture child = run(body);
  assert_int_equal(child.signal, 0);
  assert_int_equal(child.status, 0);
}

static int fresh(void **state) {
  (void)state;
  heap_fresh(64 * MIB);
  page = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return 0;
}

/* ---- Who gets it --------------------------------------------------------------------------------------------------------- */

static void faults_by_place(void *argument) {
  (void)argument;
  jvm_installs(SIGSEGV);
  program_installs_info(SIGSEGV);
  fault();
  REQUIRE(jvms == 0 && programs == 1 && seen_info.si_addr == page);
  in_java(true);
  errno = ENOENT;
  fault();
  REQUIRE(errno == ENOENT); /* a handler leaves no trace */
  REQUIRE(jvms == 1 && programs == 1 && seen_info.si_addr == page);
  in_java(false);
  fault();
  REQUIRE(jvms == 1 && programs == 2);
  panamem_jvm_thread = true;
  fault();
  REQUIRE(jvms == 2 && programs == 2);
}

static void a_fault_is_the_jvms_only_inside_java(void **state) {
  (void)state;
  assert_passes(faults_by_place);
}

static void plain_actions(void *argument) {
  (void)argument;
  jvm_installs(SIGSEGV);
  program_installs(SIGSEGV, plain_handler, 0);
  fault();
  REQUIRE(programs == SIGSEGV);
}

static void handlers_of_one_argument_work(void **state) {
  (void)state;
  assert_passes(plain_actions);
}

static void each_fault_signal(void *argument) {
  (void)argument;
  static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL};
  for (int i = 0; i < 4; i++) {
    jvm_installs(faults[i]);
    program_installs_info(faults[i]);
    in_java(true);
    raise(faults[i]);
    in_java(false);
    raise(faults[i]);
    REQUIRE(jvms == i + 1 && programs == i + 1);
  }
}

static void all_four_fault_signals_are_routed(void **state) {
  (void)state;
  assert_passes(each_fault_signal);
}

/* ---- What the program sees ------------------------------------------------------------------------------------------------ */

static void own_view(void *argument) {
  (void)argument;
  struct sigaction seen;
  program_installs(SIGSEGV, plain_handler, SA_RESTART); /* before there is a router */
  jvm_installs(SIGSEGV);
  REQUIRE(panamem_signals_program_sigaction(SIGSEGV, NULL, &seen) == 0 && seen.sa_handler == plain_handler);
  struct sigaction next = {.sa_handler = SIG_IGN};
  REQUIRE(panamem_signals_program_sigaction(SIGSEGV, &next, &seen) == 0);
  REQUIRE(seen.sa_handler == plain_handler && (seen.sa_flags & SA_RESTART) != 0 && sigismember(&seen.sa_mask, SIGUSR1));
  REQUIRE(panamem_signals_program_sigaction(SIGSEGV, NULL, &seen) == 0 && seen.sa_handler == SIG_IGN);
  REQUIRE(panamem_signals_jvm_sigaction(SIGSEGV, NULL, &seen) == 0 && seen.sa_sigaction == jvm_handler);
  in_java(true); /* the router still stands */
  fault();
  REQUIRE(jvms == 1);
  REQUIRE(panamem_signals_program_sigaction(SIGUSR1, &next, &seen) == 0 && seen.sa_handler == SIG_DFL);
  REQUIRE(sigaction(SIGUSR1, NULL, &seen) == 0 && seen.sa_handler == SIG_IGN); /* no route: straight to the OS */
  REQUIRE(panamem_signals_program_sigaction(0, &next, NULL) == -1 && errno == EINVAL);
}

static void the_program_sees_its_own_actions_and_cannot_remove_the_router(void **state) {
  (void)state;
  assert_passes(own_view);
}

static void others(void *argument) {
  (void)argument;
  static const int all[] = {SIGPIPE, SIGXFSZ, SIGUSR2, SIGINT, SIGTERM, SIGHUP, SIGQUIT};
  struct sigaction seen;
  for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
    jvm_installs(all[i]);
    REQUIRE(sigaction(all[i], NULL, &seen) == 0 && seen.sa_handler == SIG_DFL);
  }
}

static void signals_that_are_no_faults_stay_the_programs(void **state) {
  (void)state;
  assert_passes(others);
}

static void suspend(void *argument) {
  (void)argument;
  struct sigaction seen;
  jvm_installs(62);
  raise(62);
  REQUIRE(jvms == 1); /* the program has no use for it */
  REQUIRE(panamem_signals_program_sigaction(62, NULL, &seen) == 0 && seen.sa_handler == SIG_DFL);
  program_installs_info(62);
  raise(62);
  REQUIRE(jvms == 1 && programs == 1);
  panamem_jvm_thread = true;
  raise(62);
  REQUIRE(jvms == 2 && programs == 1);
  kill(getpid(), 62); /* not how the JVM sends it */
  REQUIRE(jvms == 2 && programs == 2);
}

static void the_jvms_suspend_signal_is_shared(void **state) {
  (void)state;
  if (SANITIZED) {
    skip(); /* a sanitizer delays asynchronous signals */
  }
  assert_passes(suspend);
}

/* ---- How the program's actions run ---------------------------------------------------------------------------------------------- */

static void default_by_fault(void *argument) {
  (void)argument;
  jvm_installs(SIGSEGV);
  fault();
}

static void default_by_raise(void *argument) {
  (void)argument;
  jvm_installs(SIGSEGV);
  raise(SIGSEGV);
}

static void ignored_by_fault(void *argument) {
  (void)argument;
  jvm_installs(SIGSEGV);
  program_installs(SIGSEGV, SIG_IGN, 0);
  raise(SIGSEGV); /* ignored; a real fault cannot be */
  REQUIRE(programs == 0);
  fault();
}

static void the_default_still_ends_the_process_by_this_signal(void **state) {
  (void)state;
  assert_int_equal(run(default_by_fault).signal, SIGSEGV);
  assert_int_equal(run(default_by_raise).signal, SIGSEGV);
  assert_int_equal(run(ignored_by_fault).signal, SIGSEGV);
}

static void masks(void *argument) {
  (void)argument;
  jvm_installs(SIGSEGV);
  program_installs(SIGSEGV, plain_handler, 0);
  fault();
  REQUIRE(blocked_own && blocked_other);
  look_at_mask();
  REQUIRE(!blocked_own && !blocked_other);
  program_installs(SIGSEGV, plain_handler, SA_NODEFER);
  fault();
  REQUIRE(!blocked_own && blocked_other);
  look_at_mask();
  REQUIRE(!blocked_own && !blocked_other);
}

static void masks_and_nodefer_are_heeded(void **state) {
  (void)state;
  assert_passes(masks);
}

static void one_shot(void *argument) {
  (void)argument;
  jvm_installs(SIGSEGV);
  program_installs(SIGSEGV, stubborn_handler, (int)SA_RESETHAND);
  fault();
}

static void view_after_one_shot(void *argument) {
  (void)argument;
  struct sigaction seen;
  jvm_installs(SIGSEGV);
  program_installs(SIGSEGV, stubborn_handler, (int)SA_RESETHAND);
  raise(SIGSEGV);
  REQUIRE(programs == 1);
  REQUIRE(panamem_signals_program_sigaction(SIGSEGV, NULL, &seen) == 0 && seen.sa_handler == SIG_DFL);
}

static void a_handler_for_one_time_is_not_called_twice(void **state) {
  (void)state;
  assert_int_equal(run(one_shot).signal, SIGSEGV);
  assert_passes(view_after_one_shot);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(a_fault_is_the_jvms_only_inside_java, fresh),
      cmocka_unit_test_setup(handlers_of_one_argument_work, fresh),
      cmocka_unit_test_setup(all_four_fault_signals_are_routed, fresh),
      cmocka_unit_test_setup(the_program_sees_its_own_actions_and_cannot_remove_the_router, fresh),
      cmocka_unit_test_setup(signals_that_are_no_faults_stay_the_programs, fresh),
      cmocka_unit_test_setup(the_jvms_suspend_signal_is_shared, fresh),
      cmocka_unit_test_setup(the_default_still_ends_the_process_by_this_signal, fresh),
      cmocka_unit_test_setup(masks_and_nodefer_are_heeded, fresh),
      cmocka_unit_test_setup(a_handler_for_one_time_is_not_called_twice, fresh),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
