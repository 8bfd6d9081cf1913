/* SPDX-License-Identifier: Apache-2.0
 *
 * A bin over several pools: order, growth, the one empty pool that it keeps, and what it refuses.
 */
#include "fixture.h"

#include <string.h>

#include "../bin.h"
#include "../heap.h"

#define MOST 40000

static void *blocks[MOST];

static int fresh(void **state) {
  (void)state;
  heap_fresh(64 * MIB);
  return 0;
}

static bool give_one(uint32_t bin, void *block) {
  return panamem_bin_give(bin, &block, 1) == 1;
}

static uint32_t bin_of(uint32_t domain, uint32_t class) {
  return domain << PANAMEM_BIN_SHIFT | class;
}

static void blocks_come_lowest_on_top_and_all_differ(void **state) {
  (void)state;
  uint32_t bin = bin_of(2, 4);
  uint32_t taken = 0;
  for (uint32_t batch = 1; batch < 250; batch++) {
    uint32_t got = panamem_bin_take(bin, batch, blocks + taken);
    assert_int_equal(got, batch);
    for (uint32_t i = 1; i < got; i++) { /* all fresh: later pools lie higher */
      assert_true((char *)blocks[taken + i] < (char *)blocks[taken + i - 1]);
    }
    for (uint32_t i = 0; i < got && taken > 0; i++) {
      assert_true((char *)blocks[taken + i] > (char *)blocks[taken - batch + 1]);
    }
    taken += got;
  }
  assert_int_equal(panamem_heap.bins[bin].blocks_out, taken);
  assert_int_equal(panamem_heap.bins[bin].blocks_out_peak, taken);
  assert_heap_sound();
}

static void pools_double_up_to_the_most(void **state) {
  (void)state;
  for (uint32_t class = 1; class <= PANAMEM_CLASS_COUNT; class += 5) {
    uint32_t bin = bin_of(0, class);
    uint32_t expected = panamem_heap.classes[class].pool_pages_first;
    for (uint32_t pools = 1; pools <= 6; pools++) {
      uint64_t blocks_before = panamem_heap.bins[bin].blocks;
      assert_int_equal(panamem_bin_take(bin, 1, blocks), 1);
      uint64_t bytes = expected * (uint64_t)PANAMEM_PAGE_BYTES;
      uint64_t more = bytes / panamem_heap.classes[class].block_bytes;
      assert_int_equal(panamem_heap.bins[bin].blocks, blocks_before + more);
      assert_int_equal(panamem_bin_take(bin, (uint32_t)more - 1, blocks), more - 1);
      expected = expected < panamem_heap.classes[class].pool_pages_most ? expected * 2 : expected;
    }
  }
  assert_heap_sound();
}

static void one_empty_pool_is_kept_and_the_others_go(void **state) {
  (void)state;
  uint32_t bin = bin_of(1, 20);
  uint32_t count = panamem_bin_take(bin, 3000, blocks);
  assert_int_equal(count, 3000);
  assert_true(panamem_heap.bins[bin].pool_count > 3);
  for (uint32_t i = 0; i < count; i++) {
    assert_true(give_one(bin, blocks[i]));
    if (i % 100 == 0) {
      assert_heap_sound();
    }
  }
  assert_int_equal(panamem_heap.bins[bin].pool_count, 1);
  assert_int_equal(panamem_heap.bins[bin].usable_count, 1);
  assert_int_equal(panamem_heap.bins[bin].blocks_out, 0);
  assert_int_equal(panamem_heap.bins[bin].blocks_out_peak, 3000);
  assert_heap_sound();
}

static void a_block_that_comes_and_goes_makes_no_pool(void **state) {
  (void)state;
  uint32_t bin = bin_of(1, 1);
  uint64_t committed = 0;
  for (int round = 0; round < 5; round++) {
    assert_int_equal(panamem_bin_take(bin, 1, blocks), 1);
    assert_true(give_one(bin, blocks[0]));
    assert_true(round == 0 || panamem_heap.page_heap.committed_total_bytes == committed);
    committed = panamem_heap.page_heap.committed_total_bytes;
  }
}

/* 64 bytes: 256 blocks in a page; pools of 1, 2 and 4 pages. */
static void pools_that_are_there_are_neither_made_nor_dissolved(void **state) {
  (void)state;
  uint32_t bin = bin_of(1, 4);
  const struct panamem_bin *record = &panamem_heap.bins[bin];
  assert_int_equal(panamem_bin_take_there(bin, 10, blocks), 0);
  assert_int_equal(panamem_bin_take(bin, 100, blocks), 100);
  assert_int_equal(panamem_bin_take_there(bin, 1000, blocks + 100), 156);
  assert_int_equal(record->pool_count, 1);
  assert_int_equal(panamem_bin_take(bin, 512, blocks + 256), 512);
  assert_int_equal(panamem_bin_give_there(bin, blocks + 256, 512), 512); /* there would be no other free blocks */
  assert_int_equal(panamem_bin_give_there(bin, blocks, 256), 255);
  assert_int_equal(panamem_bin_give_there(bin, blocks + 255, 1), 0);
  assert_true(panamem_bin_is_out(bin, blocks[255]) && !panamem_bin_is_out(bin, blocks[254]));
  assert_int_equal(record->pool_count, 2);
  assert_true(give_one(bin, blocks[255]));
  assert_int_equal(record->pool_count, 1);
  assert_int_equal(panamem_bin_give_there(bin, blocks + 256, 1), 0); /* twice */
  assert_heap_sound();
}

static void many_go_back_at_once_up_to_one_that_is_not_out(void **state) {
  (void)state;
  uint32_t bin = bin_of(1, 4);
  const struct panamem_bin *record = &panamem_heap.bins[bin];
  assert_int_equal(panamem_bin_take(bin, 256, blocks), 256);
  assert_int_equal(panamem_bin_take(bin, 512, blocks + 256), 512);
  void *mixed[] = {blocks[3], blocks[2], blocks[400], blocks[4], blocks[3], blocks[5]};
  assert_int_equal(panamem_bin_give(bin, mixed, 6), 4); /* the fifth is not out any more */
  assert_int_equal(record->blocks_out, 256 + 512 - 4);
  assert_int_equal(panamem_bin_give(bin, blocks + 401, 367), 367);
  assert_int_equal(panamem_bin_give(bin, blocks + 256, 144), 144);
  assert_int_equal(record->pool_count, 1); /* the second is empty and went */
  assert_int_equal(panamem_bin_give(bin, blocks + 5, 251), 251);
  assert_int_equal(panamem_bin_give(bin, blocks, 2), 2);
  assert_int_equal(record->pool_count, 1); /* the last stays */
  assert_int_equal(record->blocks_out, 0);
  assert_heap_sound();
}

static void the_pool_that_serves_goes_on_serving(void **state) {
  (void)state;
  uint32_t bin = bin_of(1, 4);
  assert_int_equal(panamem_bin_take(bin, 256, blocks), 256);
  assert_int_equal(panamem_bin_take(bin, 512, blocks + 256), 512);
  assert_true(give_one(bin, blocks[300]));
  assert_true(give_one(bin, blocks[0])); /* of the pool that is full for longer */
  void *next[2];
  assert_int_equal(panamem_bin_take(bin, 1, &next[0]), 1);
  assert_int_equal(panamem_bin_take(bin, 1, &next[1]), 1);
  assert_ptr_equal(next[0], blocks[300]);
  assert_ptr_equal(next[1], blocks[0]);
  assert_heap_sound();
}

static void what_is_not_out_is_refused_and_nothing_changes(void **state) {
  (void)state;
  uint32_t bin = bin_of(0, 8);
  assert_int_equal(panamem_bin_take(bin, 500, blocks), 500); /* two pools */
  assert_false(give_one(bin, (char *)blocks[3] + 16));
  assert_true(give_one(bin, blocks[3]));
  assert_false(give_one(bin, blocks[3]));
  assert_int_equal(panamem_heap.bins[bin].blocks_out, 499);
  /* Its pool has gone back to the page heap: still refused. */
  for (int i = 0; i < 500; i++) {
    give_one(bin, blocks[i]);
  }
  for (int i = 0; i < 500; i++) {
    assert_false(give_one(bin, blocks[i]));
  }
  assert_int_equal(panamem_heap.bins[bin].blocks_out, 0);
  assert_heap_sound();
}

static void a_block_of_another_bin_is_refused(void **state) {
  (void)state;
  assert_int_equal(panamem_bin_take(bin_of(0, 8), 1, blocks), 1);
  assert_int_equal(panamem_bin_take(bin_of(1, 8), 1, blocks + 1), 1);
  assert_false(give_one(bin_of(0, 8), blocks[1]));
  assert_heap_sound();
}

static void short_of_memory_a_short_pool_does_and_a_part_is_better_than_nothing(void **state) {
  (void)state;
  struct panamem_page_heap *heap = &panamem_heap.page_heap;
  for (uint32_t limit = 0; limit <= 40; limit++) {
    heap_fresh(64 * MIB);
    heap->limit_bytes = limit * (uint64_t)PANAMEM_PAGE_BYTES;
    uint32_t bin = bin_of(2, 10); /* 160 bytes: 102 in a page; pools of 1, 2 and 4 pages */
    uint32_t taken = panamem_bin_take(bin, MOST, blocks);
    assert_in_range(taken, limit * 102, limit * 103);
    for (uint32_t i = 0; i < taken; i++) {
      fill_block(blocks[i], 160, i);
    }
    assert_int_equal(panamem_bin_take(bin, 1, blocks + taken), 0);
    assert_int_equal(heap->committed_bytes, heap->limit_bytes);
    for (uint32_t i = 0; i < taken; i++) {
      assert_true(block_holds(blocks[i], 160, i));
      assert_true(give_one(bin, blocks[i]));
    }
    assert_heap_sound();
    assert_int_equal(panamem_bin_take(bin, MOST, blocks), taken);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(blocks_come_lowest_on_top_and_all_differ, fresh),
      cmocka_unit_test_setup(pools_double_up_to_the_most, fresh),
      cmocka_unit_test_setup(one_empty_pool_is_kept_and_the_others_go, fresh),
      cmocka_unit_test_setup(a_block_that_comes_and_goes_makes_no_pool, fresh),
      cmocka_unit_test_setup(pools_that_are_there_are_neither_made_nor_dissolved, fresh),
      cmocka_unit_test_setup(many_go_back_at_once_up_to_one_that_is_not_out, fresh),
      cmocka_unit_test_setup(the_pool_that_serves_goes_on_serving, fresh),
      cmocka_unit_test_setup(what_is_not_out_is_refused_and_nothing_changes, fresh),
      cmocka_unit_test_setup(a_block_of_another_bin_is_refused, fresh),
      cmocka_unit_test_setup(short_of_memory_a_short_pool_does_and_a_part_is_better_than_nothing, fresh),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
