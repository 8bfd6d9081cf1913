/* SPDX-License-Identifier: Apache-2.0
 *
 * Stack bounds of the main thread under every resource limit, and of threads with stacks of any size or of their own.
 */
#include "fixture.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "../stack.h"
#include "capture.h"

static void main_thread_counts_down_from_its_top(void **state) {
  (void)state;
  struct panamem_stack stack;
  assert_true(panamem_stack_bounds(&stack, 4 * MIB));
  uint64_t here = (uint64_t)&stack;
  assert_in_range(here, stack.low, stack.high - 1);
  assert_int_equal(stack.high % (uint64_t)sysconf(_SC_PAGESIZE), 0);
  assert_true(stack.high - stack.low <= 4 * MIB);
  assert_true(stack.high - here < MIB);
}

static void main_thread_under_limit(void *argument) {
  uint64_t bytes = *(uint64_t *)argument;
  struct rlimit limit = {bytes, RLIM_INFINITY};
  struct panamem_stack stack;
  if (setrlimit(RLIMIT_STACK, &limit) != 0 || !panamem_stack_bounds(&stack, 64 * MIB)) {
    _exit(1);
  }
  uint64_t expected = bytes < 64 * MIB ? bytes : 64 * MIB;
  _exit(stack.high - stack.low == expected ? 0 : 2);
}

static void main_thread_heeds_the_resource_limit(void **state) {
  (void)state;
  uint64_t limits[] = {MIB, 8 * MIB, 100 * MIB, RLIM_INFINITY};
  for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
    assert_int_equal(capture(main_thread_under_limit, &limits[i]).status, 0);
  }
}

static void *bounds_in_thread(void *argument) {
  struct panamem_stack *stack = argument;
  bool inside = panamem_stack_bounds(stack, 1) && (uint64_t)&inside >= stack->low && (uint64_t)&inside < stack->high;
  return inside ? NULL : argument;
}

static void threads_have_the_stack_they_were_given(void **state) {
  (void)state;
  if (STACKS_ENLARGED) {
    skip();
  }
  for (uint64_t bytes = 128 << 10; bytes <= 16 * MIB; bytes *= 2) {
    void *own = aligned_alloc(4096, bytes);
    for (int i = 0; i < 2; i++) {
      pthread_attr_t attributes;
      pthread_t thread;
      struct panamem_stack stack;
      void *failed;
      pthread_attr_init(&attributes);
      assert_int_equal(i == 0 ? pthread_attr_setstacksize(&attributes, bytes) : pthread_attr_setstack(&attributes, own, bytes), 0);
      assert_int_equal(pthread_create(&thread, &attributes, bounds_in_thread, &stack), 0);
      pthread_join(thread, &failed);
      assert_null(failed);
      assert_int_equal(stack.high - stack.low, bytes);
      assert_true(i == 0 || stack.low == (uint64_t)own);
      pthread_attr_destroy(&attributes);
    }
    free(own);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(main_thread_counts_down_from_its_top),
      cmocka_unit_test(main_thread_heeds_the_resource_limit),
      cmocka_unit_test(threads_have_the_stack_they_were_given),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
