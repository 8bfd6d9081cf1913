/* SPDX-License-Identifier: Apache-2.0
 *
 * How much the shelves may keep: a thread at the start, one that asks again and again, and all threads together.
 */
#include "shelf_fixture.h"

#include "../magazine.h"
#include "../shelf.h"
#include "../slots.h"
#include "../thread.h"
#include "fake_entries.h"
#include "serving.h"

static uint64_t cap_before;

/* A thread may keep so many pages from the start, 32 times as many at most, and all threads together 64 times as many. */
static void first_pages_are(uint32_t pages) {
  cap_before = panamem_magazine_cap_bytes;
  panamem_magazine_cap_bytes = 4 * PAGES(pages);
}

static int restore_cap(void **state) {
  (void)state;
  panamem_thread_flush(panamem_self);
  panamem_magazine_cap_bytes = cap_before;
  return 0;
}

static void shelves_stay_below_the_cap(void **state) {
  (void)state;
  first_pages_are(40);
  allocate_blocks(BLOCKS, 4);
  uint64_t crossings = fake_crossings();
  free_blocks(BLOCKS);
  assert_int_equal(panamem_shelves_cap_bytes(panamem_self), PAGES(40));
  assert_in_range(fake_crossings() - crossings, 1, BLOCKS / 5); /* half of the cap goes back with each */
  assert_heap_sound();
}

static void a_thread_that_asks_again_may_keep_more(void **state) {
  (void)state;
  first_pages_are(4);
  for (int round = 0; round < 20; round++) {
    allocate_blocks(12, 4);
    free_blocks(12);
  }
  uint64_t crossings = fake_crossings();
  allocate_blocks(12, 4);
  free_blocks(12);
  assert_int_equal(fake_crossings(), crossings);
  assert_in_range(panamem_shelves_cap_bytes(panamem_self), PAGES(48), PAGES(60));
  assert_heap_sound();
}

static void but_not_without_end(void **state) {
  (void)state;
  first_pages_are(1);
  for (int round = 0; round < 40; round++) {
    allocate_blocks(15, 4);
    free_blocks(15);
  }
  assert_in_range(panamem_shelves_cap_bytes(panamem_self), PAGES(24), PAGES(32));
}

static void who_never_missed_one_may_not_keep_more(void **state) {
  (void)state;
  first_pages_are(4);
  for (uint32_t pages = 4; pages < 40; pages += 2) { /* a list that grows: each length once */
    allocate_blocks(1, pages);
    free_blocks(1);
  }
  assert_int_equal(panamem_shelves_cap_bytes(panamem_self), PAGES(4));
}

/* As if it had overflowed and asked again, until it is granted no more. */
static void want_all(struct panamem_thread *thread) {
  uint64_t before;
  do {
    before = panamem_shelves_cap_bytes(thread);
    thread->shelf_missed[2] = 1;
    panamem_shelf_missed(thread, 2, 1);
  } while (panamem_shelves_cap_bytes(thread) > before);
}

static void all_threads_together_have_a_bound(void **state) {
  (void)state;
  first_pages_are(4);
  struct panamem_thread *others[4];
  uint32_t more_pages = 0;
  for (int i = 0; i < 4; i++) {
    others[i] = panamem_thread_make();
    want_all(others[i]);
    more_pages += others[i]->shelf_more_pages;
  }
  assert_in_range(more_pages, 200, 256);
  want_all(panamem_self);
  assert_in_range(panamem_shelves_cap_bytes(panamem_self), PAGES(4), PAGES(20));
  for (int i = 0; i < 4; i++) {
    panamem_thread_flush(others[i]); /* as at its end */
  }
  want_all(panamem_self);
  assert_in_range(panamem_shelves_cap_bytes(panamem_self), PAGES(90), PAGES(128));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(shelves_stay_below_the_cap, java_serves, restore_cap),
      cmocka_unit_test_setup_teardown(a_thread_that_asks_again_may_keep_more, java_serves, restore_cap),
      cmocka_unit_test_setup_teardown(a_thread_that_asks_again_may_keep_more, fallback_serves, restore_cap),
      cmocka_unit_test_setup_teardown(but_not_without_end, java_serves, restore_cap),
      cmocka_unit_test_setup_teardown(who_never_missed_one_may_not_keep_more, java_serves, restore_cap),
      cmocka_unit_test_setup_teardown(all_threads_together_have_a_bound, java_serves, restore_cap),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
