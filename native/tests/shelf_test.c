/* SPDX-License-Identifier: Apache-2.0
 *
 * Large blocks come back from their thread's shelves without a crossing, and nobody takes them for live ones meanwhile.
 */
#include "shelf_fixture.h"

#include <pthread.h>
#include <string.h>

#include "../../include/panamem/panamem.h"
#include "../fallback.h"
#include "../heap.h"
#include "../magazine.h"
#include "../shelf.h"
#include "../statistics.h"
#include "../thread.h"
#include "fake_entries.h"
#include "serving.h"

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
      cmocka_unit_test_setup(a_limit_is_reached_only_without_ready_blocks, fallback_serves),
      cmocka_unit_test_setup(walk_and_figures_count_live_blocks_only, java_serves),
      cmocka_unit_test_setup(the_end_of_a_thread_gives_all_back_and_keeps_the_counts, java_serves),
      cmocka_unit_test_setup(a_ready_block_is_none_for_the_fallback, fallback_serves),
      cmocka_unit_test_setup(a_block_that_grows_within_its_pages_stays_without_a_crossing, java_serves),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
