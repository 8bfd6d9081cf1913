/* SPDX-License-Identifier: Apache-2.0
 *
 * Both unwinders find the callers that the compiler knows of, and tell the calling function first.
 */
#include "cmocka_all.h"

#include <stdint.h>

#include "../unwind.h"

#define NOINLINE __attribute__((noinline))
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

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(before_it_is_prepared_the_caller_is_known), /* first */
      cmocka_unit_test(callers_are_told_innermost_first),
      cmocka_unit_test(no_more_are_told_than_wanted),
      cmocka_unit_test(a_caller_that_is_not_on_the_stack_is_told_alone),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
