/* SPDX-License-Identifier: Apache-2.0
 *
 * The gate: who crosses, who is attached and detached, and whom the fallback serves for which reason.
 */
#include "fixture.h"

#include <limits.h>
#include <pthread.h>
#include <stdlib.h>
#include <ucontext.h>

#include "../../include/panamem/panamem.h"
#include "../entry.h"
#include "../heap.h"
#include "../magazine.h"
#include "fake_entries.h"
#include "serving.h"

#define KIB 1024u

static int fresh(void **state) {
  java_serves(state);
  panamem_threads_on_end(panamem_gate_leave);
  return 0;
}

/* Too long for a shelf: each call asks at the gate. */
static void request(void) {
  panamem_arena_free(NULL, panamem_arena_malloc(NULL, 2 * MIB));
}

static uint64_t served(uint32_t reason) {
  return panamem_heap.fallback_blocks[reason];
}

static void *request_in_thread(void *argument) {
  (void)argument;
  request();
  request();
  return NULL;
}

static void in_thread(size_t stack_bytes, void *(*run)(void *), void *argument) {
  pthread_attr_t attributes;
  pthread_t thread;
  pthread_attr_init(&attributes);
  assert_int_equal(pthread_attr_setstacksize(&attributes, stack_bytes), 0);
  assert_int_equal(pthread_create(&thread, &attributes, run, argument), 0);
  pthread_attr_destroy(&attributes);
  pthread_join(thread, NULL);
}

static void only_ready_crosses_and_each_state_has_its_reason(void **state) {
  (void)state;
  static const struct {
    enum panamem_state state;
    uint32_t reason;
  } closed[] = {{PANAMEM_STATE_IDLE, PANAMEM_FALLBACK_BOOT},         {PANAMEM_STATE_BOOTING, PANAMEM_FALLBACK_BOOT},
                {PANAMEM_STATE_CHILD, PANAMEM_FALLBACK_CHILD},       {PANAMEM_STATE_SHUTDOWN, PANAMEM_FALLBACK_SHUTDOWN},
                {PANAMEM_STATE_FAILED, PANAMEM_FALLBACK_NO_JAVA}};
  for (size_t i = 0; i < sizeof closed / sizeof closed[0]; i++) {
    panamem_state_set(closed[i].state);
    assert_false(panamem_gate_open(panamem_self));
    uint64_t before = served(closed[i].reason);
    request();
    assert_int_equal(served(closed[i].reason), before + 1);
  }
  assert_int_equal(fake_crossings(), 0);
  assert_int_equal(fake_entries.attached, 0);
  panamem_state_set(PANAMEM_STATE_READY);
  request();
  assert_int_equal(fake_crossings(), 2);
  assert_int_equal(panamem_self->crossings, 2);
}

static void a_thread_is_attached_once_and_detached_at_its_end(void **state) {
  (void)state;
  in_thread(8 * MIB, request_in_thread, NULL);
  assert_int_equal(fake_entries.attached, 1);
  assert_int_equal(fake_entries.detached, 1);
  assert_int_equal(fake_crossings(), 4);
  fake_entries.attach_ours = false; /* Java's own thread: not ours to detach */
  in_thread(8 * MIB, request_in_thread, NULL);
  assert_int_equal(fake_entries.attached, 2);
  assert_int_equal(fake_entries.detached, 1);
}

static void *request_then_close(void *argument) {
  request();
  panamem_state_set(PANAMEM_STATE_SHUTDOWN);
  return argument;
}

static void nobody_is_detached_when_java_is_gone(void **state) {
  (void)state;
  in_thread(8 * MIB, request_then_close, NULL);
  assert_int_equal(fake_entries.attached, 1);
  assert_int_equal(fake_entries.detached, 0);
}

static void threads_with_small_stacks_are_never_attached(void **state) {
  (void)state;
  if (STACKS_ENLARGED) {
    skip();
  }
  for (size_t stack_bytes = 128 * KIB; stack_bytes < 384 * KIB; stack_bytes += 64 * KIB) {
    uint64_t before = served(PANAMEM_FALLBACK_STACK);
    in_thread(stack_bytes, request_in_thread, NULL);
    assert_int_equal(served(PANAMEM_FALLBACK_STACK), before + 2);
  }
  assert_int_equal(fake_entries.attached, 0);
  assert_int_equal(fake_crossings(), 0);
  in_thread(768 * KIB, request_in_thread, NULL);
  assert_int_equal(fake_entries.attached, 1);
}

static void a_jvm_that_refuses_is_asked_once_per_thread(void **state) {
  (void)state;
  fake_entries.attach_refuses = true;
  in_thread(8 * MIB, request_in_thread, NULL);
  assert_int_equal(fake_entries.attached, 1);
  assert_int_equal(fake_crossings(), 0);
  assert_int_equal(served(PANAMEM_FALLBACK_STACK), 2);
  assert_int_equal(fake_entries.detached, 0);
}

/* ---- Deep and foreign stacks -------------------------------------------------------------------------------------------- */

struct depths {
  uint64_t deepest_crossing, shallowest_refusal; /* bytes of stack left below the frame */
};

static __attribute__((noinline)) void descend(uint64_t low, struct depths *depths) {
  volatile char frame[8 * KIB];
  frame[0] = 0;
  uint64_t left = (uint64_t)&frame[0] - low;
  uint64_t before = fake_crossings();
  request();
  bool crossed = fake_crossings() > before;
  if (crossed) {
    depths->deepest_crossing = left;
  } else if (depths->shallowest_refusal == 0) {
    depths->shallowest_refusal = left;
  }
  if (left > 48 * KIB) {
    descend(low, depths);
  }
  frame[1] = frame[0];
}

static void *descend_in_thread(void *argument) {
  pthread_attr_t attributes;
  void *low;
  size_t bytes;
  pthread_getattr_np(pthread_self(), &attributes);
  pthread_attr_getstack(&attributes, &low, &bytes);
  pthread_attr_destroy(&attributes);
  descend((uint64_t)low, argument);
  uint64_t before = fake_crossings();
  request(); /* back in the shallows */
  return fake_crossings() == before + 2 ? NULL : argument;
}

static void a_deep_stack_is_served_by_the_fallback_and_crosses_again_later(void **state) {
  (void)state;
  if (SANITIZED) {
    skip(); /* frames are larger than the test allows for */
  }
  struct depths depths = {0};
  in_thread(2 * MIB, descend_in_thread, &depths);
  assert_in_range(depths.deepest_crossing, 160 * KIB, 220 * KIB); /* what is promised to Java stays free */
  assert_in_range(depths.shallowest_refusal, 160 * KIB, 220 * KIB);
  assert_true(served(PANAMEM_FALLBACK_STACK) > 10);
  assert_int_equal(fake_entries.attached, 1);
}

static ucontext_t main_context, other_context;

static void request_on_other_stack(void) {
  request();
}

static void switch_to_other_stack(void) {
  static char other_stack[512 * KIB];
  getcontext(&other_context);
  other_context.uc_stack.ss_sp = other_stack;
  other_context.uc_stack.ss_size = sizeof other_stack;
  other_context.uc_link = &main_context;
  makecontext(&other_context, request_on_other_stack, 0);
  swapcontext(&main_context, &other_context);
}

static void a_stack_that_is_not_the_threads_own_is_served_by_the_fallback(void **state) {
  (void)state;
  switch_to_other_stack(); /* before the thread was ever attached … */
  assert_int_equal(fake_crossings(), 0);
  assert_int_equal(fake_entries.attached, 0);
  request(); /* … which does not spoil it for later … */
  assert_int_equal(fake_entries.attached, 1);
  assert_int_equal(fake_crossings(), 2);
  switch_to_other_stack(); /* … nor is the gate open there afterwards */
  assert_int_equal(fake_crossings(), 2);
  assert_int_equal(served(PANAMEM_FALLBACK_STACK), 2);
  request();
  assert_int_equal(fake_crossings(), 4);
}

/* ---- The flag that signals.c reads, and the ping ---------------------------------------------------------------------------- */

static uint32_t flags_inside;

static void note_flags(void) {
  flags_inside = panamem_self->flags;
}

static void the_thread_is_marked_while_it_is_in_java(void **state) {
  (void)state;
  fake_entries.inside = note_flags;
  request();
  assert_true((flags_inside & PANAMEM_THREAD_IN_JAVA) != 0);
  assert_true((panamem_self->flags & PANAMEM_THREAD_IN_JAVA) == 0);
}

/* ---- An upcall takes over ---------------------------------------------------------------------------------------------------- */

static uint64_t upcalls;

static int64_t upcall(int64_t a, int64_t b, int64_t c, uint64_t entry) {
  (void)b;
  (void)c;
  assert_int_equal(entry, PANAMEM_ENTRY_PING);
  upcalls++;
  return a;
}

static void an_upcall_takes_the_place_of_the_entries_that_there_are(void **state) {
  (void)state;
  panamem_entry without = panamem_heap.entries[PANAMEM_ENTRY_USER_MALLOC];
  panamem_heap.entries[PANAMEM_ENTRY_USER_MALLOC] = NULL;
  uint64_t before = fake_crossings();
  panamem_entries_settle(upcall);
  assert_true(upcalls > 127); /* as far as java.lang.invoke counts */
  assert_int_equal(fake_crossings(), before);
  uint64_t settled = upcalls;
  panamem_entries_replace(upcall);
  assert_int_equal(panamem_ping(42), 42);
  assert_int_equal(upcalls, settled + 1);
  assert_int_equal(fake_crossings(), before);
  assert_null(panamem_heap.entries[PANAMEM_ENTRY_USER_MALLOC]);
  panamem_heap.entries[PANAMEM_ENTRY_USER_MALLOC] = without;
}

static void *ping_first(void *argument) {
  *(int64_t *)argument = panamem_ping(42);
  return NULL;
}

static void a_threads_first_call_may_be_a_ping(void **state) {
  (void)state;
  int64_t answer = 0;
  for (int i = 1; i <= 3; i++) { /* each attaches itself; none leaves its stack to the next */
    in_thread(8 * MIB, ping_first, &answer);
    assert_int_equal(answer, 42);
    assert_int_equal(fake_entries.attached, i);
    assert_int_equal(fake_entries.detached, i);
  }
  assert_int_equal(panamem_heap.crossings, 3);
  in_thread(128 * KIB, ping_first, &answer);
  assert_int_equal(answer, 0);
  panamem_state_set(PANAMEM_STATE_SHUTDOWN);
  assert_int_equal(panamem_ping(42), 0);
}

static void *ask_often(void *argument) {
  uint64_t *asked = argument;
  do {
    request();
    ++*asked;
  } while (panamem_self->crossings == 0 && *asked < 100);
  return NULL;
}

static void young_threads_wait_and_the_main_thread_does_not(void **state) {
  (void)state;
  uint64_t asked = 0;
  panamem_gate_patience = 10;
  request();
  assert_int_not_equal(panamem_self->crossings, 0);
  uint64_t before = served(PANAMEM_FALLBACK_BOOT);
  in_thread(1 << 20, ask_often, &asked);
  panamem_gate_patience = 0;
  assert_int_equal(served(PANAMEM_FALLBACK_BOOT) - before, 5); /* each request asks twice: for a block, and to give it back */
  assert_int_equal(asked, 6);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(only_ready_crosses_and_each_state_has_its_reason, fresh),
      cmocka_unit_test_setup(a_thread_is_attached_once_and_detached_at_its_end, fresh),
      cmocka_unit_test_setup(nobody_is_detached_when_java_is_gone, fresh),
      cmocka_unit_test_setup(threads_with_small_stacks_are_never_attached, fresh),
      cmocka_unit_test_setup(a_jvm_that_refuses_is_asked_once_per_thread, fresh),
      cmocka_unit_test_setup(a_deep_stack_is_served_by_the_fallback_and_crosses_again_later, fresh),
      cmocka_unit_test_setup(a_stack_that_is_not_the_threads_own_is_served_by_the_fallback, fresh),
      cmocka_unit_test_setup(the_thread_is_marked_while_it_is_in_java, fresh),
      cmocka_unit_test_setup(an_upcall_takes_the_place_of_the_entries_that_there_are, fresh),
      cmocka_unit_test_setup(a_threads_first_call_may_be_a_ping, fresh),
      cmocka_unit_test_setup(young_threads_wait_and_the_main_thread_does_not, fresh),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
