/* SPDX-License-Identifier: Apache-2.0
 *
 * A pool of every size class and length: what it hands out, in which order, and what it takes back.
 */
#include "fixture.h"

#include <string.h>

#include "../heap.h"
#include "../pool.h"

#define FIRST PANAMEM_ARENA_PAGES
#define MOST_BLOCKS (PANAMEM_POOL_MAX_PAGES * PANAMEM_PAGE_BYTES / PANAMEM_ALIGNMENT)

static void *slots[MOST_BLOCKS];

/* Records and maps can be used without an arena being taken: no block is touched here. */
static int fresh(void **state) {
  (void)state;
  heap_fresh(64 * MIB);
  return 0;
}

static char *block_at(uint32_t class, uint64_t index) {
  return (char *)panamem_page_address(FIRST) + index * panamem_heap.classes[class].block_bytes;
}

static bool give(void *block) {
  return panamem_pool_give(FIRST, &block, 1) == 1;
}

static void assert_pool_gone(uint32_t pages) {
  for (uint32_t page = FIRST; page < FIRST + pages; page++) {
    assert_int_equal(panamem_record(page)->state, PANAMEM_PAGE_INSIDE);
    assert_int_equal(panamem_page_map()[page], 0);
    assert_int_equal(panamem_back_map()[page], 0);
  }
}

static void empty_and_refill(uint32_t class, uint32_t pages) {
  uint32_t bin = 1 << PANAMEM_BIN_SHIFT | class;
  const struct panamem_page *pool = panamem_record(FIRST);
  panamem_pool_make(FIRST, pages, bin);
  uint32_t blocks = pages * PANAMEM_PAGE_BYTES / panamem_heap.classes[class].block_bytes;
  assert_int_equal(pool->block_count, blocks);
  assert_int_equal(pool->free_count, blocks);
  assert_false(panamem_pool_is_out(FIRST, block_at(class, 0)));
  assert_int_equal(panamem_pool_take(FIRST, blocks + 7, slots), blocks);
  for (uint32_t i = 0; i < blocks; i++) { /* at the end of the slots; popped from the top they rise */
    assert_ptr_equal(slots[blocks + 7 - 1 - i], block_at(class, i));
    assert_true(panamem_pool_is_out(FIRST, block_at(class, i)));
  }
  assert_int_equal(panamem_pool_take(FIRST, 3, slots), 0);
  for (uint32_t i = 0; i < blocks; i++) {
    uint32_t scattered = (uint32_t)((uint64_t)i * 7919 % blocks);
    void *block = block_at(class, blocks % 7919 == 0 ? i : scattered);
    assert_true(give(block));
    assert_false(give(block));
    assert_int_equal(pool->free_count, i + 1);
  }
  panamem_pool_dissolve(FIRST);
  assert_pool_gone(pages);
}

static void every_class_and_length_hands_out_all_blocks_lowest_first(void **state) {
  (void)state;
  for (uint32_t class = 1; class <= PANAMEM_CLASS_COUNT; class++) {
    const struct panamem_class *one = &panamem_heap.classes[class];
    for (uint32_t pages = one->pool_pages_first; pages <= one->pool_pages_most; pages *= 2) {
      empty_and_refill(class, pages);
    }
  }
}

static void only_beginnings_of_blocks_that_are_out_come_back(void **state) {
  (void)state;
  uint32_t class = 3; /* 48 bytes: 341 blocks in a page, 16 bytes left */
  panamem_pool_make(FIRST, 1, class);
  assert_int_equal(panamem_pool_take(FIRST, 341, slots), 341);
  assert_false(give(block_at(class, 5) + 1));
  assert_false(give(block_at(class, 5) + 16));
  assert_false(give(block_at(class, 6) - 1));
  assert_false(panamem_pool_is_out(FIRST, block_at(class, 5) + 16));
  assert_false(give(block_at(class, 341))); /* the pool's end */
  assert_int_equal(panamem_record(FIRST)->free_count, 0);
  assert_true(give(block_at(class, 340)));
}

static void lower_blocks_that_came_back_are_taken_first(void **state) {
  (void)state;
  uint32_t class = 1;
  panamem_pool_make(FIRST, 1, class);
  assert_int_equal(panamem_pool_take(FIRST, 700, slots), 700);
  assert_int_equal(panamem_record(FIRST)->hint_word, 700 / 64);
  assert_true(give(block_at(class, 650)));
  assert_true(give(block_at(class, 3)));
  assert_int_equal(panamem_record(FIRST)->hint_word, 0);
  assert_int_equal(panamem_pool_take(FIRST, 3, slots), 3);
  assert_ptr_equal(slots[2], block_at(class, 3));
  assert_ptr_equal(slots[1], block_at(class, 650));
  assert_ptr_equal(slots[0], block_at(class, 700));
  assert_int_equal(panamem_record(FIRST)->free_count, 1024 - 701);
}

static void a_word_that_is_used_up_exactly_is_passed_by(void **state) {
  (void)state;
  panamem_pool_make(FIRST, 1, 1);
  assert_int_equal(panamem_pool_take(FIRST, 64, slots), 64);
  assert_int_equal(panamem_record(FIRST)->hint_word, 1);
  assert_int_equal(panamem_pool_take(FIRST, 960, slots), 960);
  assert_int_equal(panamem_record(FIRST)->free_count, 0);
  assert_true(give(block_at(1, 1023)));
  assert_int_equal(panamem_pool_take(FIRST, 1, slots), 1);
  assert_ptr_equal(slots[0], block_at(1, 1023));
}

static void several_go_back_up_to_the_first_that_is_not_out(void **state) {
  (void)state;
  panamem_pool_make(FIRST, 1, 1 << PANAMEM_BIN_SHIFT | 4);
  assert_int_equal(panamem_pool_take(FIRST, 10, slots), 10);
  slots[6] = slots[2];
  assert_int_equal(panamem_pool_give(FIRST, slots, 10), 6);
  slots[7] = block_at(4, 256); /* the pool's end */
  assert_int_equal(panamem_pool_give(FIRST, slots + 7, 3), 0);
  assert_int_equal(panamem_record(FIRST)->free_count, 256 - 4);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(every_class_and_length_hands_out_all_blocks_lowest_first, fresh),
      cmocka_unit_test_setup(only_beginnings_of_blocks_that_are_out_come_back, fresh),
      cmocka_unit_test_setup(lower_blocks_that_came_back_are_taken_first, fresh),
      cmocka_unit_test_setup(a_word_that_is_used_up_exactly_is_passed_by, fresh),
      cmocka_unit_test_setup(several_go_back_up_to_the_first_that_is_not_out, fresh),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
