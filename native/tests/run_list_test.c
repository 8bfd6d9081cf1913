/* SPDX-License-Identifier: Apache-2.0
 *
 * Lists of free runs: what is linked is found by every length that it serves, and is gone when it is unlinked.
 */
#include "fixture.h"

#include "../heap.h"
#include "../run_list.h"

#define FIRST PANAMEM_ARENA_PAGES
#define MOST_PAGES 3000u

static int fresh(void **state) {
  (void)state;
  heap_fresh(256 * MIB);
  return 0;
}

static void a_run_alone_is_found_by_every_length_up_to_its_own(void **state) {
  (void)state;
  for (uint32_t kind = 0; kind < PANAMEM_RUN_KINDS; kind++) {
    for (uint32_t pages = 1; pages <= MOST_PAGES; pages++) {
      panamem_run_link(FIRST, pages, kind);
      for (uint32_t wanted = pages > 80 ? pages - 80 : 1; wanted <= pages; wanted++) {
        assert_int_equal(panamem_run_find(wanted, kind), FIRST);
      }
      assert_int_equal(panamem_run_find(1, kind), FIRST);
      assert_int_equal(panamem_run_find(pages + 1, kind), 0);
      assert_int_equal(panamem_run_find(pages, 1 - kind), 0);
      assert_int_equal(panamem_run_unlink(FIRST), pages);
      assert_int_equal(panamem_run_find(1, kind), 0);
      assert_int_equal(panamem_record(FIRST)->state, PANAMEM_PAGE_INSIDE);
      assert_int_equal(panamem_record(FIRST + pages - 1)->state, PANAMEM_PAGE_INSIDE);
    }
  }
}

static void a_run_that_is_too_short_does_not_hide_a_longer_one_of_its_list(void **state) {
  (void)state;
  /* 33, 36 and 39 pages share a run class. */
  panamem_run_link(FIRST, 36, PANAMEM_RUN_CLEAN);
  panamem_run_link(FIRST + 100, 39, PANAMEM_RUN_CLEAN);
  panamem_run_link(FIRST + 200, 33, PANAMEM_RUN_CLEAN);
  assert_int_equal(panamem_run_find(39, PANAMEM_RUN_CLEAN), FIRST + 100);
  assert_int_not_equal(panamem_run_find(34, PANAMEM_RUN_CLEAN), FIRST + 200);
  assert_int_not_equal(panamem_run_find(34, PANAMEM_RUN_CLEAN), 0);
  assert_int_equal(panamem_run_find(40, PANAMEM_RUN_CLEAN), 0);
}

static void the_best_class_is_taken_not_the_largest(void **state) {
  (void)state;
  panamem_run_link(FIRST, 500, PANAMEM_RUN_DIRTY);
  panamem_run_link(FIRST + 600, 12, PANAMEM_RUN_DIRTY);
  panamem_run_link(FIRST + 700, 60, PANAMEM_RUN_DIRTY);
  assert_int_equal(panamem_run_find(9, PANAMEM_RUN_DIRTY), FIRST + 600);
  assert_int_equal(panamem_run_find(13, PANAMEM_RUN_DIRTY), FIRST + 700);
  assert_int_equal(panamem_run_find(61, PANAMEM_RUN_DIRTY), FIRST);
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
    panamem_run_link(FIRST + 10 * i, 2 + i % 2, PANAMEM_RUN_DIRTY);
  }
  panamem_run_link(FIRST + 50, 2, PANAMEM_RUN_CLEAN);
  assert_ages((const uint32_t[]){FIRST, FIRST + 10, FIRST + 20, FIRST + 30}, 4);
  panamem_run_unlink(FIRST + 10);
  assert_ages((const uint32_t[]){FIRST, FIRST + 20, FIRST + 30}, 3);
  panamem_run_unlink(FIRST + 30);
  assert_ages((const uint32_t[]){FIRST, FIRST + 20}, 2);
  panamem_run_unlink(FIRST);
  assert_ages((const uint32_t[]){FIRST + 20}, 1);
  panamem_run_unlink(FIRST + 50);
  panamem_run_unlink(FIRST + 20);
  assert_ages(NULL, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(a_run_alone_is_found_by_every_length_up_to_its_own, fresh),
      cmocka_unit_test_setup(a_run_that_is_too_short_does_not_hide_a_longer_one_of_its_list, fresh),
      cmocka_unit_test_setup(the_best_class_is_taken_not_the_largest, fresh),
      cmocka_unit_test_setup(dirty_runs_stand_in_the_order_they_came, fresh),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
