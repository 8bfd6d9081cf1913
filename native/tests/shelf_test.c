/* SPDX-License-Identifier: Apache-2.0
 *
 * Large blocks come back from their thread's shelves without a crossing, and nobody takes them for live ones meanwhile.
 */
#include "fixture.h"

#include <pthread.h>
#include <string.h>

#include "../../include/panamem/panamem.h"
#include "../depot.h"
#include "../fallback.h"
#include "../heap.h"
#include "../magazine.h"
#include "../ready.h"
#include "../shelf.h"
#include "../slots.h"
#include "../statistics.h"
#include "fake_entries.h"

#define OBJ PANAMEM_DOMAIN_CONTEXT(2)
#define PAGES(count) ((uint64_t)(count) << PANAMEM_PAGE_SHIFT)

static int java_serves(void **state) {
  (void)state;
  heap_fresh(256 * MIB);
  fake_entries_serve();
  return 0;
}

static int fallback_serves(void **state) {
  (void)state;
  heap_fresh(256 * MIB);
  return 0;
}

static void a_freed_block_comes_back_without_a_crossing(void **state) {
  (void)state;
  for (uint64_t bytes = PANAMEM_SMALL_MAX_BYTES + 1; bytes <= PAGES(PANAMEM_SHELF_PAGES_MOST); bytes += 12345) {
    void *block = panamem_arena_malloc(OBJ, bytes);
    panamem_arena_free(OBJ, block);
    uint64_t crossings = fake_crossings();
    assert_ptr_equal(panamem_arena_malloc(OBJ, bytes), block);
    assert_int_equal(panamem_block_bytes(block), PAGES((bytes + PANAMEM_PAGE_BYTES - 1) / PANAMEM_PAGE_BYTES));
    panamem_arena_free(OBJ, block);
    assert_int_equal(fake_crossings(), crossings);
    assert_heap_sound();
    panamem_thread_flush(panamem_self);
  }
}

static void calloc_clears_what_was_written(void **state) {
  (void)state;
  unsigned char *block = panamem_arena_malloc(OBJ, 100000);
  memset(block, 0xee, 100000);
  panamem_arena_free(OBJ, block);
  assert_ptr_equal(panamem_arena_calloc(OBJ, 10, 10000), block);
  for (int i = 0; i < 100000; i++) {
    assert_int_equal(block[i], 0);
  }
}

static void a_ready_block_serves_its_domain_and_little_less_than_its_length(void **state) {
  (void)state;
  void *block = panamem_arena_malloc(OBJ, PAGES(10));
  panamem_arena_free(OBJ, block);
  assert_ptr_not_equal(panamem_arena_malloc(NULL, PAGES(10)), block);
  assert_ptr_not_equal(panamem_arena_malloc(OBJ, PAGES(11)), block);
  assert_ptr_not_equal(panamem_arena_malloc(OBJ, PAGES(7)), block);
  assert_ptr_equal(panamem_arena_malloc(OBJ, PAGES(8)), block);
  assert_int_equal(panamem_block_bytes(block), PAGES(10));
  assert_heap_sound();
}

static void a_longer_block_goes_back_at_once(void **state) {
  (void)state;
  panamem_arena_free(OBJ, panamem_arena_malloc(OBJ, PAGES(PANAMEM_SHELF_PAGES_MOST) + 1));
  assert_int_equal(panamem_shelves_bytes(panamem_self), 0);
  assert_int_equal(fake_entries.calls[PANAMEM_ENTRY_FREE], 1);
}

/* ---- How much --------------------------------------------------------------------------------------------------------------- */

#define BLOCKS 100
static void *blocks[BLOCKS];

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

static void allocate_blocks(int count, uint32_t pages) {
  for (int i = 0; i < count; i++) {
    blocks[i] = panamem_arena_malloc(OBJ, PAGES(pages));
    assert_non_null(blocks[i]);
  }
}

static void free_blocks(int count) {
  for (int i = 0; i < count; i++) {
    panamem_arena_free(OBJ, blocks[i]);
    assert_true(panamem_shelves_bytes(panamem_self) <= panamem_shelves_cap_bytes(panamem_self));
  }
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

/* ---- How long ---------------------------------------------------------------------------------------------------------------- */

static int dropped;

static void drop(struct panamem_thread *thread, void *block) {
  (void)thread;
  dropped++;
  assert_true(panamem_fallback_free(block));
}

static void what_nobody_asks_for_goes_back(void **state) {
  (void)state;
  allocate_blocks(6, 4);
  for (int i = 0; i < 6; i++) {
    panamem_arena_free(OBJ, blocks[i]);
  }
  dropped = 0;
  panamem_shelves_drop_idle(panamem_self, drop);
  assert_int_equal(dropped, 0); /* they came after the last look */
  for (int look = 0; look < 3; look++) {
    allocate_blocks(2, 4);
    free_blocks(2);
    panamem_shelves_drop_idle(panamem_self, drop);
    assert_int_equal(dropped, 4);
    assert_int_equal(panamem_shelves_bytes(panamem_self), PAGES(8));
    assert_heap_sound();
  }
  panamem_shelves_drop_idle(panamem_self, drop);
  assert_int_equal(dropped, 6);
  assert_int_equal(panamem_self->shelved[2], 0);
  assert_heap_sound();
}

static void looks_are_as_far_apart_as_the_decay(void **state) {
  (void)state;
  panamem_heap.page_heap.decay_nanos = 100;
  assert_true(panamem_shelves_look_due(panamem_self, 1000));
  assert_false(panamem_shelves_look_due(panamem_self, 1100));
  assert_true(panamem_shelves_look_due(panamem_self, 1101));
  panamem_heap.page_heap.decay_nanos = 0; /* each request looks, as soon as the clock goes on */
  panamem_arena_free(OBJ, panamem_arena_malloc(OBJ, PAGES(4)));
  for (uint64_t i = 0; panamem_shelves_bytes(panamem_self) > 0 && i < 1000000000; i++) {
    panamem_arena_free(OBJ, panamem_arena_malloc(OBJ, PAGES(65)));
  }
  assert_int_equal(panamem_shelves_bytes(panamem_self), 0);
  assert_heap_sound();
}

static void a_heap_that_grows_takes_what_is_ready_first(void **state) {
  (void)state;
  allocate_blocks(20, 20);
  panamem_arena_free(OBJ, blocks[0]);
  void *small = panamem_arena_malloc(OBJ, 4096);
  assert_true(panamem_depot_put(panamem_page_map()[panamem_page_of(small)], &small, 1));
  assert_int_equal(panamem_shelves_bytes(panamem_self), PAGES(20));
  allocate_blocks(3, 50);
  assert_int_equal(panamem_shelves_bytes(panamem_self), 0);
  assert_int_equal(panamem_heap.depot_bytes, 0);
  panamem_arena_free(OBJ, panamem_arena_malloc(OBJ, PAGES(PANAMEM_SHELF_PAGES_MOST + 1)));
  panamem_arena_free(OBJ, blocks[0]);
  for (int i = 0; i < 10; i++) { /* a heap that grows no more keeps it */
    panamem_arena_free(OBJ, panamem_arena_malloc(OBJ, PAGES(PANAMEM_SHELF_PAGES_MOST + 1)));
    assert_int_equal(panamem_shelves_bytes(panamem_self), PAGES(50));
  }
  assert_heap_sound();
}

static int others_asked;

static void ask_others(void) {
  others_asked++;
}

static void a_heap_that_doubles_asks_others_a_few_times(void **state) {
  (void)state;
  allocate_blocks(2, 64);
  panamem_ready_of_others = ask_others;
  others_asked = 0;
  allocate_blocks(BLOCKS, 32); /* from 2 to 52 MiB */
  panamem_ready_of_others = NULL;
  assert_in_range(others_asked, 9, 14);
}

/* ---- Limits: NULL only when the shelves are empty ------------------------------------------------------------------------------ */

static void a_limit_is_reached_only_without_ready_blocks(void **state) {
  (void)state;
  panamem_heap.page_heap.limit_bytes = PAGES(20);
  void *kept = panamem_arena_malloc(OBJ, PAGES(4));
  panamem_arena_free(NULL, panamem_arena_malloc(NULL, PAGES(16)));
  void *rest = panamem_arena_malloc(OBJ, PAGES(9)); /* needs what the other domain's shelf has */
  assert_non_null(rest);
  assert_int_equal(panamem_shelves_bytes(panamem_self), 0);
  panamem_arena_free(OBJ, panamem_arena_malloc(OBJ, PAGES(7)));
  assert_int_equal(panamem_shelves_bytes(panamem_self), PAGES(7));
  assert_non_null(panamem_arena_malloc(OBJ, 64)); /* and so does a pool */
  assert_null(panamem_arena_malloc(OBJ, PAGES(7)));
  assert_true(panamem_heap.page_heap.committed_bytes <= PAGES(20));
  panamem_arena_free(OBJ, kept);
  panamem_arena_free(OBJ, rest);
  assert_non_null(panamem_arena_malloc(OBJ, PAGES(12)));
  assert_heap_sound();
}

/* ---- Who sees them ------------------------------------------------------------------------------------------------------------ */

static int count_large(void *block, size_t usable_bytes, int domain, void *argument) {
  (void)block, (void)domain;
  *(int *)argument += usable_bytes > PANAMEM_SMALL_MAX_BYTES;
  return 1;
}

static void walk_and_figures_count_live_blocks_only(void **state) {
  (void)state;
  void *ready = panamem_arena_malloc(OBJ, PAGES(5));
  panamem_arena_malloc(OBJ, PAGES(6));
  panamem_arena_free(OBJ, ready);
  struct panamem_figures figures;
  panamem_figures_take(&figures);
  assert_int_equal(figures.large[2].live_blocks, 1);
  assert_int_equal(figures.large[2].live_bytes, PAGES(6));
  assert_int_equal(figures.large[2].ready_blocks, 1);
  assert_int_equal(figures.large[2].ready_bytes, PAGES(5));
  assert_int_equal(figures.large[2].total, 2);
  int walked = 0;
  assert_true(panamem_walk(count_large, &walked) >= 1);
  assert_int_equal(walked, 1);
  assert_ptr_equal(panamem_arena_malloc(OBJ, PAGES(5)), ready);
  panamem_figures_take(&figures);
  assert_int_equal(figures.large[2].live_blocks, 2);
  assert_int_equal(figures.large[2].total, 3);
  assert_int_equal(figures.large_allocations, 3);
}

static void *use_shelves_and_leave(void *argument) {
  (void)argument;
  for (int i = 0; i < 5; i++) {
    panamem_arena_free(OBJ, panamem_arena_malloc(OBJ, PAGES(5)));
  }
  return (void *)panamem_shelves_bytes(panamem_self);
}

static void the_end_of_a_thread_gives_all_back_and_keeps_the_counts(void **state) {
  (void)state;
  pthread_t thread;
  void *ready_bytes;
  assert_int_equal(pthread_create(&thread, NULL, use_shelves_and_leave, NULL), 0);
  pthread_join(thread, &ready_bytes);
  assert_int_equal((uintptr_t)ready_bytes, PAGES(5));
  assert_int_equal(panamem_heap.page_heap.large_count[2], 0);
  struct panamem_figures figures;
  panamem_figures_take(&figures);
  assert_int_equal(figures.large[2].total, 5);
  assert_int_equal(figures.large_allocations, 5);
  assert_heap_sound();
}

static void a_ready_block_is_none_for_the_fallback(void **state) {
  (void)state;
  void *block = panamem_arena_malloc(OBJ, PAGES(5));
  panamem_arena_free(OBJ, block);
  assert_false(panamem_fallback_free(block));
  assert_false(panamem_fallback_resize(block, PAGES(5) - 1));
  assert_false(panamem_shelf_give(panamem_self, block));
  assert_int_equal(panamem_block_bytes(block), 0);
  assert_heap_sound();
}

/* ---- Realloc ------------------------------------------------------------------------------------------------------------------- */

static void a_block_that_grows_within_its_pages_stays_without_a_crossing(void **state) {
  (void)state;
  void *block = panamem_arena_malloc(OBJ, PAGES(5));
  panamem_arena_free(OBJ, block);
  block = panamem_arena_malloc(OBJ, PAGES(4));
  uint64_t crossings = fake_crossings();
  uint64_t resizes = panamem_self->resizes;
  assert_ptr_equal(panamem_arena_realloc(OBJ, block, PAGES(4) + 1000), block);
  assert_int_equal(panamem_record(panamem_page_of(block))->request_bytes, PAGES(4) + 1000);
  assert_ptr_equal(panamem_arena_realloc(OBJ, block, PAGES(5)), block);
  assert_ptr_equal(panamem_arena_realloc(OBJ, block, PAGES(5) * 3 / 4 + 1), block);
  assert_int_equal(fake_crossings(), crossings);
  assert_int_equal(panamem_self->resizes, resizes + 3);
  panamem_arena_realloc(OBJ, block, PAGES(5) * 3 / 4); /* Java decides what becomes of the rest */
  assert_int_equal(fake_crossings(), crossings + 1);
  assert_heap_sound();
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(a_freed_block_comes_back_without_a_crossing, java_serves),
      cmocka_unit_test_setup(a_freed_block_comes_back_without_a_crossing, fallback_serves),
      cmocka_unit_test_setup(calloc_clears_what_was_written, java_serves),
      cmocka_unit_test_setup(a_ready_block_serves_its_domain_and_little_less_than_its_length, java_serves),
      cmocka_unit_test_setup(a_longer_block_goes_back_at_once, java_serves),
      cmocka_unit_test_setup_teardown(shelves_stay_below_the_cap, java_serves, restore_cap),
      cmocka_unit_test_setup_teardown(a_thread_that_asks_again_may_keep_more, java_serves, restore_cap),
      cmocka_unit_test_setup_teardown(a_thread_that_asks_again_may_keep_more, fallback_serves, restore_cap),
      cmocka_unit_test_setup_teardown(but_not_without_end, java_serves, restore_cap),
      cmocka_unit_test_setup_teardown(who_never_missed_one_may_not_keep_more, java_serves, restore_cap),
      cmocka_unit_test_setup_teardown(all_threads_together_have_a_bound, java_serves, restore_cap),
      cmocka_unit_test_setup(what_nobody_asks_for_goes_back, java_serves),
      cmocka_unit_test_setup(looks_are_as_far_apart_as_the_decay, java_serves),
      cmocka_unit_test_setup(looks_are_as_far_apart_as_the_decay, fallback_serves),
      cmocka_unit_test_setup(a_heap_that_grows_takes_what_is_ready_first, java_serves),
      cmocka_unit_test_setup(a_heap_that_grows_takes_what_is_ready_first, fallback_serves),
      cmocka_unit_test_setup(a_heap_that_doubles_asks_others_a_few_times, java_serves),
      cmocka_unit_test_setup(a_limit_is_reached_only_without_ready_blocks, fallback_serves),
      cmocka_unit_test_setup(walk_and_figures_count_live_blocks_only, java_serves),
      cmocka_unit_test_setup(the_end_of_a_thread_gives_all_back_and_keeps_the_counts, java_serves),
      cmocka_unit_test_setup(a_ready_block_is_none_for_the_fallback, fallback_serves),
      cmocka_unit_test_setup(a_block_that_grows_within_its_pages_stays_without_a_crossing, java_serves),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
