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

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(a_run_alone_is_found_by_every_length_up_to_its_own, fresh),
      cmocka_unit_test_setup(a_run_that_is_too_short_does_not_hide_a_longer_one_of_its_list, fresh),
      cmocka_unit_test_setup(the_best_class_is_taken_not_the_largest, fresh),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
