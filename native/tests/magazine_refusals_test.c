/* SPDX-License-Identifier: Apache-2.0
 *
 * Requests that are refused: beyond the range, at a limit, or by Java. Each ends in NULL, and nothing is lost.
 */
#include "fixture.h"

#include <string.h>

#include "../heap.h"
#include "../magazine.h"
#include "fake_entries.h"
#include "serving.h"

static void sizes_beyond_the_range_and_overflows_are_refused(void **state) {
  (void)state;
  uint64_t crossings = fake_crossings();
  assert_null(panamem_arena_malloc(NULL, SIZE_MAX));
  assert_null(panamem_arena_malloc(NULL, panamem_heap.range_bytes + 1));
  assert_null(panamem_arena_calloc(NULL, SIZE_MAX / 2, 3));
  assert_null(panamem_arena_calloc(NULL, 1ull << 33, 1ull << 31));
  void *block = panamem_arena_malloc(NULL, 50000);
  fill_block(block, 50000, 3);
  assert_null(panamem_arena_realloc(NULL, block, SIZE_MAX));
  assert_null(panamem_arena_realloc(NULL, block, panamem_heap.range_bytes + 1));
  assert_true(block_holds(block, 50000, 3));
  assert_true(fake_crossings() <= crossings + 1); /* only the malloc that worked may have crossed */
}

#define BLOCKS 4000
static void *blocks[BLOCKS];

static void every_limit_ends_in_null_and_recovers(void **state) {
  (void)state;
  for (uint32_t pages = 0; pages < 60; pages++) {
    heap_fresh(64 * MIB);
    panamem_heap.page_heap.limit_bytes = pages * (uint64_t)PANAMEM_PAGE_BYTES;
    uint32_t count = 0;
    uint64_t bytes = 1;
    while (count < BLOCKS && (blocks[count] = panamem_arena_malloc(NULL, bytes)) != NULL) {
      fill_block(blocks[count], bytes, count);
      bytes = bytes * 7 % 9001 + 1;
      count++;
    }
    assert_true(count < BLOCKS);
    assert_true(pages == 0 || count > 0);
    assert_true(panamem_heap.page_heap.committed_bytes <= panamem_heap.page_heap.limit_bytes);
    assert_heap_sound();
    bytes = 1;
    for (uint32_t i = 0; i < count; i++) {
      assert_true(block_holds(blocks[i], bytes, i));
      void *more = panamem_arena_realloc(NULL, blocks[i], bytes + 40000); /* refused or not: nothing is lost */
      blocks[i] = more != NULL ? more : blocks[i];
      assert_true(block_holds(blocks[i], bytes, i));
      panamem_arena_free(NULL, blocks[i]);
      bytes = bytes * 7 % 9001 + 1;
    }
    panamem_heap.page_heap.limit_bytes = UINT64_MAX;
    assert_non_null(panamem_arena_malloc(NULL, 5000));
    assert_heap_sound();
  }
}

static void java_that_refuses_is_a_null_and_realloc_keeps_the_block(void **state) {
  (void)state;
  void *small = panamem_arena_malloc(NULL, 100);
  void *large = panamem_arena_malloc(NULL, 100000);
  fill_block(small, 100, 5);
  fill_block(large, 100000, 6);
  fake_entries.refuses[PANAMEM_ENTRY_REFILL] = true;
  fake_entries.refuses[PANAMEM_ENTRY_ALLOCATE] = true;
  fake_entries.refuses[PANAMEM_ENTRY_REALLOCATE] = true;
  assert_null(panamem_arena_malloc(NULL, 2000));
  assert_null(panamem_arena_calloc(NULL, 2000, 1));
  assert_null(panamem_arena_malloc(NULL, 200000));
  assert_null(panamem_arena_realloc(NULL, small, 3000));
  assert_null(panamem_arena_realloc(NULL, large, 300000));
  assert_null(panamem_arena_realloc(NULL, large, 3000));
  assert_true(block_holds(small, 100, 5));
  assert_true(block_holds(large, 100000, 6));
  assert_int_equal(panamem_heap.fallback_blocks[PANAMEM_FALLBACK_STACK], 0);
  memset(fake_entries.refuses, 0, sizeof fake_entries.refuses);
  assert_non_null(panamem_arena_malloc(NULL, 2000));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(sizes_beyond_the_range_and_overflows_are_refused, fallback_serves),
      cmocka_unit_test_setup(sizes_beyond_the_range_and_overflows_are_refused, java_serves),
      cmocka_unit_test_setup(every_limit_ends_in_null_and_recovers, fallback_serves),
      cmocka_unit_test_setup(java_that_refuses_is_a_null_and_realloc_keeps_the_block, java_serves),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
