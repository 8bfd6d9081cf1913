/* SPDX-License-Identifier: Apache-2.0
 *
 * Depots: who gets the blocks, how much room there is, that nobody takes them for live ones, and that they are found again
 * before a request is refused.
 */
#include "fixture.h"

#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "../../include/panamem/panamem.h"
#include "../depot.h"
#include "../fallback.h"
#include "../heap.h"
#include "../magazine.h"
#include "../slots.h"
#include "../statistics.h"
#include "capture.h"
#include "fake_entries.h"
#include "fake_start.h"

#define OBJ PANAMEM_DOMAIN_CONTEXT(2)
#define BIN_64 (2u << PANAMEM_BIN_SHIFT | 4)
#define BIN_4K (2u << PANAMEM_BIN_SHIFT | 47)
#define BLOCKS 256

static uint64_t cap_bytes;

static int fallback_serves(void **state) {
  (void)state;
  heap_fresh(64 * MIB);
  cap_bytes = panamem_magazine_cap_bytes;
  return 0;
}

static int java_serves(void **state) {
  fallback_serves(state);
  fake_entries_serve();
  return 0;
}

static int restore_cap(void **state) {
  (void)state;
  panamem_magazine_cap_bytes = cap_bytes;
  return 0;
}

/* Blocks out of their pools, in no magazine. */
static void take_blocks(uint32_t bin, void **blocks, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) {
    blocks[i] = panamem_fallback_take(bin, PANAMEM_FALLBACK_BOOT);
    assert_non_null(blocks[i]);
  }
}

static uint32_t depot_count(uint32_t bin) {
  return panamem_heap.depots[bin].count;
}

/* ---- Between threads ------------------------------------------------------------------------------------------------------ */

static void *left[BLOCKS];

static void *come_and_go(void *unused) {
  for (int i = 0; i < BLOCKS; i++) {
    left[i] = panamem_arena_malloc(OBJ, 64);
  }
  for (int i = 0; i < BLOCKS; i++) {
    panamem_arena_free(OBJ, left[i]);
  }
  return unused;
}

static void in_thread(void *(*run)(void *)) {
  pthread_t thread;
  assert_int_equal(pthread_create(&thread, NULL, run, NULL), 0);
  assert_int_equal(pthread_join(thread, NULL), 0);
}

static void what_one_thread_leaves_serves_the_next_without_a_crossing(void **state) {
  (void)state;
  in_thread(come_and_go);
  uint64_t crossings = fake_crossings();
  uint64_t attached = fake_entries.attached;
  assert_in_range(depot_count(BIN_64), BLOCKS, 2 * BLOCKS);
  assert_heap_sound();
  for (int i = 0; i < 5; i++) {
    in_thread(come_and_go);
  }
  assert_int_equal(fake_crossings(), crossings);
  assert_int_equal(fake_entries.attached, attached);
  assert_int_equal(panamem_heap.bins[BIN_64].allocations, 6 * BLOCKS);
  assert_heap_sound();
}

static void the_last_block_that_came_goes_first(void **state) {
  (void)state;
  void *blocks[BLOCKS], *taken[4] = {NULL};
  take_blocks(BIN_64, blocks, BLOCKS);
  assert_true(panamem_depot_put(BIN_64, blocks, BLOCKS));
  assert_int_equal(panamem_depot_take(BIN_64, taken, 3), 3);
  assert_memory_equal(taken, &blocks[BLOCKS - 3], 3 * sizeof(void *)); /* a magazine pops the last one first */
  assert_null(taken[3]);
  assert_int_equal(panamem_depot_take(BIN_4K, taken, 3), 0);
  assert_int_equal(depot_count(BIN_64), BLOCKS - 3);
}

#define PASSED 1000
static void *passed[PASSED];
static uint32_t most_kept;

static void *free_what_is_passed(void *unused) {
  for (int i = 0; i < PASSED; i++) {
    panamem_arena_free(OBJ, passed[i]);
    const struct panamem_magazine *magazine = &panamem_self->magazines[BIN_64];
    uint32_t kept = (uint32_t)(magazine->top - magazine->base);
    most_kept = kept > most_kept ? kept : most_kept;
  }
  return unused;
}

static void a_thread_that_only_frees_keeps_few(void **state) {
  (void)state;
  take_blocks(BIN_64, passed, PASSED);
  most_kept = 0;
  in_thread(free_what_is_passed);
  assert_in_range(most_kept, 8, 64);
  assert_int_equal(depot_count(BIN_64), PASSED);
  assert_int_equal(fake_entries.calls[PANAMEM_ENTRY_FLUSH], 0);
  assert_heap_sound();
}

/* ---- Room ------------------------------------------------------------------------------------------------------------------- */

static void what_finds_no_room_goes_back_to_its_pool(void **state) {
  (void)state;
  panamem_magazine_cap_bytes = 100;
  void *blocks[BLOCKS];
  for (int i = 0; i < BLOCKS; i++) {
    blocks[i] = panamem_arena_malloc(OBJ, 64);
  }
  for (int i = 0; i < BLOCKS; i++) {
    panamem_arena_free(OBJ, blocks[i]);
  }
  assert_true(panamem_heap.bins[BIN_64].blocks_out < BLOCKS / 4);
  assert_int_equal(fake_entries.calls[PANAMEM_ENTRY_FLUSH], 0); /* no pool may go */
  assert_int_equal(panamem_heap.depot_bytes, 0);
  assert_heap_sound();
}

static void a_depot_that_overflows_takes_from_the_largest(void **state) {
  (void)state;
  panamem_magazine_cap_bytes = BLOCKS * 4096;
  void *large[BLOCKS], *small[BLOCKS];
  take_blocks(BIN_4K, large, BLOCKS);
  take_blocks(BIN_64, small, BLOCKS);
  assert_true(panamem_depot_put(BIN_4K, large, BLOCKS));
  uint64_t out = panamem_heap.bins[BIN_4K].blocks_out;
  assert_true(panamem_depot_put(BIN_64, small, BLOCKS));
  assert_int_equal(depot_count(BIN_64), BLOCKS);
  assert_int_equal(depot_count(BIN_4K), BLOCKS / 2);
  assert_int_equal(panamem_heap.bins[BIN_4K].blocks_out, out - BLOCKS / 2); /* the others went home */
  void *kept;
  assert_int_equal(panamem_depot_take(BIN_4K, &kept, 1), 1);
  assert_ptr_equal(kept, large[BLOCKS - 1]);
  assert_true(panamem_heap.depot_bytes <= panamem_magazine_cap_bytes);
  panamem_arena_free(OBJ, kept);
  assert_heap_sound();
}

/* ---- Nobody takes them for live ---------------------------------------------------------------------------------------------- */

static int visit(void *block, size_t bytes, int domain, void *argument) {
  (void)bytes;
  (void)domain;
  (void)argument;
  return block != NULL;
}

static void walk_and_statistics_know_them_as_ready(void **state) {
  (void)state;
  void *blocks[BLOCKS];
  take_blocks(BIN_4K, blocks, BLOCKS);
  assert_int_equal(panamem_walk(visit, NULL), BLOCKS);
  assert_true(panamem_depot_put(BIN_4K, blocks + 1, BLOCKS - 1));
  assert_int_equal(panamem_walk(visit, NULL), 1);
  static struct panamem_figures figures;
  panamem_figures_take(&figures);
  assert_int_equal(figures.bins[BIN_4K].live_blocks, 1);
  assert_int_equal(figures.bins[BIN_4K].ready_blocks, BLOCKS - 1);
  assert_heap_sound();
}

/* ---- Mistakes ------------------------------------------------------------------------------------------------------------------ */

static void put(void *block) {
  panamem_depot_put(BIN_64, &block, 1);
}

static void assert_dies(void *block) {
  struct capture child = capture(put, block);
  assert_int_equal(child.signal, SIGABRT);
  assert_non_null(strstr(child.text, "panamem: free("));
  assert_non_null(strstr(child.text, "not a live block"));
}

static void what_is_no_block_that_is_out_ends_the_process(void **state) {
  (void)state;
  char *blocks[3], *other;
  take_blocks(BIN_64, (void **)blocks, 3);
  take_blocks(BIN_4K, (void **)&other, 1);
  put(blocks[0]);
  assert_dies(blocks[0]); /* twice */
  assert_dies(blocks[1] + 16);
  assert_dies(other);
  assert_true(panamem_fallback_free(blocks[2]));
  assert_dies(blocks[2]);
  void *taken;
  assert_int_equal(panamem_depot_take(BIN_64, &taken, 1), 1);
  put(taken); /* but again after it was out */
  assert_int_equal(capture(put, blocks[1]).status, 0);
}

#define PAIR 2u

static void put_pair(void *pair) {
  panamem_depot_put(BIN_64, pair, PAIR);
}

/* After a block of the same pool, which is looked up once. */
static void what_is_no_block_is_found_behind_a_good_one(void **state) {
  (void)state;
  static char *blocks[2 * BLOCKS], *other;
  take_blocks(BIN_64, (void **)blocks, 2 * BLOCKS);
  take_blocks(BIN_4K, (void **)&other, 1);
  char *good = blocks[0];
  uint32_t first = panamem_page_of(good) - panamem_back_map()[panamem_page_of(good)];
  char *begin = panamem_page_address(first);
  char *end = begin + (size_t)panamem_record(first)->run_pages * PANAMEM_PAGE_BYTES;
  char *range = (char *)panamem_heap.range_base;
  char *bad[] = {good,  good + 16, other, begin - 64,  begin - 16, end - 16,
                 end,   end + 64,  range, range - 64, range + panamem_heap.range_bytes, NULL};
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    bool lives = false;
    for (uint32_t k = 1; k < 2 * BLOCKS; k++) {
      lives = lives || blocks[k] == bad[i];
    }
    void *pair[PAIR] = {good, bad[i]};
    struct capture child = capture(put_pair, pair);
    assert_int_equal(child.signal, lives ? 0 : SIGABRT);
    assert_true(lives || strstr(child.text, "not a live block") != NULL);
  }
}

static void blocks_of_several_pools_come_in_together(void **state) {
  (void)state;
  static void *blocks[16 * BLOCKS];
  take_blocks(BIN_64, blocks, 16 * BLOCKS);
  assert_true(panamem_heap.bins[BIN_64].pool_count > 1);
  void *mixed[] = {blocks[0], blocks[16 * BLOCKS - 1], blocks[1], blocks[16 * BLOCKS - 2]};
  assert_true(panamem_page_of(mixed[0]) != panamem_page_of(mixed[1]));
  assert_true(panamem_depot_put(BIN_64, mixed, 4));
  assert_int_equal(depot_count(BIN_64), 4);
  assert_heap_sound();
}

/* ---- Going home ---------------------------------------------------------------------------------------------------------------- */

#define MOST (16u * BLOCKS)

/* Fills the heap up to its limit and leaves all of it in the depot. */
static void hoard(void) {
  panamem_heap.page_heap.limit_bytes = 2 * MIB;
  static void *blocks[MOST];
  uint32_t count = 0;
  while (count < MOST && (blocks[count] = panamem_fallback_take(BIN_4K, PANAMEM_FALLBACK_BOOT)) != NULL) {
    count++;
  }
  assert_in_range(count, BLOCKS, MOST - 1);
  assert_true(panamem_depot_put(BIN_4K, blocks, count));
}

static void they_go_home_before_a_small_block_is_refused(void **state) {
  (void)state;
  hoard();
  assert_non_null(panamem_arena_malloc(OBJ, 64));
  assert_int_equal(depot_count(BIN_4K), 0);
  assert_heap_sound();
}

static void they_go_home_before_a_large_block_is_refused(void **state) {
  (void)state;
  hoard();
  char *large = panamem_arena_malloc(OBJ, MIB / 2);
  assert_non_null(large);
  assert_non_null(panamem_arena_realloc(OBJ, large, 3 * MIB / 4));
  assert_heap_sound();
}

static void they_go_home_before_a_thread_without_magazines_is_refused(void **state) {
  (void)state;
  hoard();
  assert_non_null(panamem_fallback_take(BIN_64, PANAMEM_FALLBACK_SHUTDOWN));
}

static void purge_sends_them_home(void **state) {
  (void)state;
  hoard();
  panamem_purge(0);
  assert_int_equal(panamem_heap.bins[BIN_4K].blocks_out, 0);
  assert_false(panamem_depots_empty());
  assert_heap_sound();
}

/* ---- In a child ----------------------------------------------------------------------------------------------------------------- */

static void use_what_the_parent_left(void *expected) {
  char text[256];
  void *block = panamem_arena_malloc(OBJ, 64);
  _exit(block == expected && heap_check(text, sizeof text) ? 0 : 1);
}

static void a_child_inherits_them(void **state) {
  (void)state;
  void *block;
  take_blocks(BIN_64, &block, 1);
  put(block);
  assert_int_equal(capture(use_what_the_parent_left, block).status, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(what_one_thread_leaves_serves_the_next_without_a_crossing, java_serves),
      cmocka_unit_test_setup(a_thread_that_only_frees_keeps_few, java_serves),
      cmocka_unit_test_setup(the_last_block_that_came_goes_first, fallback_serves),
      cmocka_unit_test_setup_teardown(what_finds_no_room_goes_back_to_its_pool, java_serves, restore_cap),
      cmocka_unit_test_setup_teardown(a_depot_that_overflows_takes_from_the_largest, fallback_serves, restore_cap),
      cmocka_unit_test_setup(walk_and_statistics_know_them_as_ready, fallback_serves),
      cmocka_unit_test_setup(what_is_no_block_that_is_out_ends_the_process, fallback_serves),
      cmocka_unit_test_setup(what_is_no_block_is_found_behind_a_good_one, fallback_serves),
      cmocka_unit_test_setup(blocks_of_several_pools_come_in_together, fallback_serves),
      cmocka_unit_test_setup(they_go_home_before_a_small_block_is_refused, fallback_serves),
      cmocka_unit_test_setup(they_go_home_before_a_small_block_is_refused, java_serves),
      cmocka_unit_test_setup(they_go_home_before_a_large_block_is_refused, fallback_serves),
      cmocka_unit_test_setup(they_go_home_before_a_large_block_is_refused, java_serves),
      cmocka_unit_test_setup(they_go_home_before_a_thread_without_magazines_is_refused, fallback_serves),
      cmocka_unit_test_setup(purge_sends_them_home, fallback_serves),
      cmocka_unit_test_setup(purge_sends_them_home, java_serves),
      cmocka_unit_test_setup(a_child_inherits_them, fallback_serves),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
