/* SPDX-License-Identifier: Apache-2.0
 *
 * The order of dirty runs, and the times that Java compares with its own clock.
 */
#include "fixture.h"

#include <time.h>

#include "../age_list.h"
#include "../heap.h"

#define FIRST PANAMEM_ARENA_PAGES
#define MILLISECOND 1000000ull

static int fresh(void **state) {
  (void)state;
  heap_fresh(256 * MIB);
  return 0;
}

static void assert_ages(const uint32_t *runs, uint32_t count) {
  const struct panamem_page_heap *heap = &panamem_heap.page_heap;
  uint32_t run = heap->dirty_oldest;
  for (uint32_t i = 0; i < count; i++) {
    assert_int_equal(run, runs[i]);
    assert_int_equal(panamem_record(run)->older, i == 0 ? 0 : runs[i - 1]);
    run = panamem_record(run)->newer;
  }
  assert_int_equal(run, 0);
  assert_int_equal(heap->dirty_newest, count == 0 ? 0 : runs[count - 1]);
}

static void dirty_runs_stand_in_the_order_they_came(void **state) {
  (void)state;
  for (uint32_t i = 0; i < 4; i++) {
    panamem_age_append(FIRST + 10 * i);
  }
  assert_ages((const uint32_t[]){FIRST, FIRST + 10, FIRST + 20, FIRST + 30}, 4);
  panamem_age_remove(FIRST + 10);
  assert_ages((const uint32_t[]){FIRST, FIRST + 20, FIRST + 30}, 3);
  panamem_age_remove(FIRST + 30);
  assert_ages((const uint32_t[]){FIRST, FIRST + 20}, 2);
  panamem_age_remove(FIRST);
  assert_ages((const uint32_t[]){FIRST + 20}, 1);
  panamem_age_remove(FIRST + 20);
  assert_ages(NULL, 0);
}

static void a_successor_takes_over_place_and_time(void **state) {
  (void)state;
  for (uint32_t i = 0; i < 3; i++) {
    panamem_age_append(FIRST + 10 * i);
    panamem_record(FIRST + 10 * i)->freed_nanos = 100 + i;
  }
  for (uint32_t i = 0; i < 3; i++) {
    panamem_age_replace(FIRST + 10 * i, FIRST + 10 * i + 5);
    assert_int_equal(panamem_record(FIRST + 10 * i + 5)->freed_nanos, 100 + i);
  }
  assert_ages((const uint32_t[]){FIRST + 5, FIRST + 15, FIRST + 25}, 3);
  panamem_age_replace(FIRST + 15, FIRST + 15);
  assert_ages((const uint32_t[]){FIRST + 5, FIRST + 15, FIRST + 25}, 3);
}

static void the_time_is_that_of_the_monotonic_clock(void **state) {
  (void)state;
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  uint64_t before = (uint64_t)now.tv_sec * 1000 * MILLISECOND + (uint64_t)now.tv_nsec;
  panamem_age_append(FIRST);
  clock_gettime(CLOCK_MONOTONIC, &now);
  uint64_t after = (uint64_t)now.tv_sec * 1000 * MILLISECOND + (uint64_t)now.tv_nsec;
  assert_in_range(panamem_record(FIRST)->freed_nanos, before - 20 * MILLISECOND, after); /* the coarse one lags by a tick */
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(dirty_runs_stand_in_the_order_they_came, fresh),
      cmocka_unit_test_setup(a_successor_takes_over_place_and_time, fresh),
      cmocka_unit_test_setup(the_time_is_that_of_the_monotonic_clock, fresh),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
