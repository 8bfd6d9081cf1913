/* SPDX-License-Identifier: Apache-2.0
 *
 * Faults: after a guarded block's report the program's own action follows, a fault that is none of ours is left to it, and
 * a short signal stack suffices.
 */
#include "guard_fixture.h"

#include <signal.h>
#include <string.h>
#include <sys/mman.h>

#include "../signals.h"
#include "capture.h"
#include "fixture.h"

static void leave(int signal_number) {
  (void)signal_number;
  _exit(42);
}

static void with_a_handler(void *unused) {
  (void)unused;
  begin("");
  struct sigaction action = {.sa_handler = leave};
  REQUIRE(panamem_signals_program_sigaction(SIGSEGV, &action, NULL) == 0);
  write_after_free();
}

static void of_its_own(void *unused) {
  (void)unused;
  begin("");
  poke((char *)4096); /* no memory of ours */
}

#define SHORT_STACK_BYTES 8192

/* Whoever needs more than the stack has meets a page without access. */
static void on_a_short_stack(void *unused) {
  (void)unused;
  char *memory = mmap(NULL, 2 * SHORT_STACK_BYTES, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  stack_t stack = {.ss_sp = memory + SHORT_STACK_BYTES, .ss_size = SHORT_STACK_BYTES};
  REQUIRE(mprotect(stack.ss_sp, stack.ss_size, PROT_READ | PROT_WRITE) == 0);
  begin("");
  make(1);
  REQUIRE(sigaltstack(&stack, NULL) == 0);
  write_after_free();
}

static void the_programs_action_follows(void **state) {
  (void)state;
  struct capture end = capture(with_a_handler, NULL);
  assert_non_null(strstr(end.text, "panamem: use after free: "));
  assert_int_equal(end.status, 42);
  end = capture(of_its_own, NULL);
  assert_string_equal(end.text, "");
  assert_int_equal(end.signal, SIGSEGV);
  end = capture(on_a_short_stack, NULL);
  assert_non_null(strstr(end.text, SAYS_ALLOCATED));
  assert_int_equal(end.signal, SIGSEGV);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_programs_action_follows),
  };
  return run_both_ways(tests);
}
