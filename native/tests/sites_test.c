/* SPDX-License-Identifier: Apache-2.0
 *
 * Sites of this program, which has no Python.
 */
#include "cmocka_all.h"

#include <pthread.h>
#include <string.h>

#include "../aside.h"
#include "../fast_path.h"
#include "../options.h"
#include "../sites.h"

static struct panamem_site site;

static NOINLINE uint32_t hook(void) {
  uint32_t number = panamem_site_here((uintptr_t)__builtin_return_address(0));
  __asm__ volatile("");
  return number;
}

static NOINLINE uint32_t one_caller(void) {
  uint32_t number = hook();
  __asm__ volatile("");
  return number;
}

static NOINLINE uint32_t another_caller(void) {
  uint32_t number = hook();
  __asm__ volatile("");
  return number;
}

static int prepare(void **state) {
  (void)state;
  panamem_options.stack_depth = 8;
  panamem_options.stack_rate = 1;
  panamem_sites_prepare();
  return 0;
}

static void equal_sites_are_kept_once(void **state) {
  (void)state;
  uint32_t numbers[3];
  for (volatile int i = 0; i < 3; i++) { /* one call in the code */
    numbers[i] = one_caller();
  }
  uint32_t kept = panamem_sites_count();
  assert_int_not_equal(numbers[0], PANAMEM_SITE_UNKNOWN);
  assert_int_equal(numbers[0], numbers[1]);
  assert_int_equal(numbers[0], numbers[2]);
  assert_int_equal(panamem_sites_count(), kept);
  assert_int_not_equal(another_caller(), numbers[0]);
  assert_int_equal(panamem_sites_count(), kept + 1);
}

static void a_site_holds_the_stack_and_the_thread(void **state) {
  (void)state;
  assert_true(panamem_site_read(one_caller(), &site));
  assert_true(site.native_count > 2 && site.native_count <= 8);
  assert_int_equal(site.python_count, 0);
  assert_int_equal(site.thread, (uint64_t)pthread_self());
  uintptr_t caller = (uintptr_t)one_caller;
  assert_true(site.native[0] > caller && site.native[0] < caller + 64);
}

static void *call_in_thread(void *argument) {
  *(uint32_t *)argument = one_caller();
  return NULL;
}

static void threads_have_sites_of_their_own(void **state) {
  (void)state;
  uint32_t number;
  pthread_t thread;
  pthread_create(&thread, NULL, call_in_thread, &number);
  pthread_join(thread, NULL);
  assert_true(panamem_site_read(number, &site));
  assert_int_equal(site.thread, (uint64_t)thread);
}

static void at_a_rate_the_others_tell_their_caller(void **state) {
  (void)state;
  panamem_options.stack_rate = 5;
  panamem_sites_prepare();
  int deep = 0;
  for (int i = 0; i < 50; i++) {
    assert_true(panamem_site_read(one_caller(), &site));
    deep += site.native_count > 1;
  }
  assert_int_equal(deep, 10);
}

static void depth_0_records_nothing(void **state) {
  (void)state;
  panamem_options.stack_depth = 0;
  assert_int_equal(one_caller(), PANAMEM_SITE_UNKNOWN);
  assert_false(panamem_site_read(PANAMEM_SITE_UNKNOWN, &site));
  assert_false(panamem_site_read(panamem_sites_count() + 1, &site));
}

static void while_the_lock_is_held_only_known_sites_are_told(void **state) {
  (void)state;
  uint32_t numbers[3];
  for (volatile int i = 0; i < 3; i++) {
    panamem_options.stack_depth = i == 1 ? 2 : 8; /* so it is another site */
    if (i > 0) {
      assert_true(panamem_aside_lock());
    }
    numbers[i] = one_caller();
    if (i > 0) {
      panamem_aside_unlock();
    }
  }
  assert_int_not_equal(numbers[0], PANAMEM_SITE_UNKNOWN);
  assert_int_equal(numbers[1], PANAMEM_SITE_UNKNOWN);
  assert_int_equal(numbers[2], numbers[0]);
}

static void a_report_sees_all_frames_and_keeps_nothing(void **state) {
  (void)state;
  uint32_t kept = panamem_sites_count();
  panamem_options.stack_depth = 1;
  panamem_site_in_full((uintptr_t)__builtin_return_address(0), &site);
  assert_true(site.native_count > 1);
  assert_int_equal(panamem_sites_count(), kept);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(equal_sites_are_kept_once, prepare),
      cmocka_unit_test_setup(a_site_holds_the_stack_and_the_thread, prepare),
      cmocka_unit_test_setup(threads_have_sites_of_their_own, prepare),
      cmocka_unit_test_setup(at_a_rate_the_others_tell_their_caller, prepare),
      cmocka_unit_test_setup(depth_0_records_nothing, prepare),
      cmocka_unit_test_setup(while_the_lock_is_held_only_known_sites_are_told, prepare),
      cmocka_unit_test_setup(a_report_sees_all_frames_and_keeps_nothing, prepare),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
