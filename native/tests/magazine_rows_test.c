/* SPDX-License-Identifier: Apache-2.0
 *
 * The `arena` rows: every size in every domain, and what realloc and calloc promise.
 */
#include "fixture.h"

#include <string.h>

#include "../heap.h"
#include "../magazine.h"
#include "serving.h"

#define MOST_BYTES 40000u

static uint32_t domain_of(const void *block) {
  return panamem_page_map()[panamem_page_of(block)] >> PANAMEM_BIN_SHIFT;
}

static void every_size_in_every_domain(void **state) {
  (void)state;
  FOR_EACH_DOMAIN(ctx) {
    for (uint32_t bytes = 0; bytes <= MOST_BYTES; bytes += SIZE_STEP) {
      unsigned char *block = panamem_arena_malloc(ctx, bytes);
      size_t usable = panamem_block_bytes(block);
      assert_true(block != NULL && (uintptr_t)block % PANAMEM_ALIGNMENT == 0);
      assert_true(usable >= bytes && usable >= PANAMEM_ALIGNMENT);
      assert_int_equal(domain_of(block), (uintptr_t)ctx >> PANAMEM_BIN_SHIFT);
      memset(block, 0xee, usable);
      panamem_arena_free(ctx, block);
      unsigned char *zero = panamem_arena_calloc(ctx, 1, bytes); /* the same place, dirty */
      assert_true(zero == block || bytes > PANAMEM_SMALL_MAX_BYTES);
      for (uint32_t i = 0; i < bytes; i++) {
        if (zero[i] != 0) {
          fail_msg("calloc of %u bytes: byte %u", bytes, i);
        }
      }
      panamem_arena_free(ctx, zero);
    }
  }
  assert_heap_sound();
}

static void empty_requests_get_blocks_of_their_own(void **state) {
  (void)state;
  void *one = panamem_arena_malloc(NULL, 0);
  void *two = panamem_arena_malloc(NULL, 0);
  void *three = panamem_arena_calloc(NULL, 0, 7);
  assert_true(one != NULL && two != NULL && three != NULL && one != two && two != three);
  void *four = panamem_arena_realloc(NULL, one, 0);
  assert_non_null(four);
  panamem_arena_free(NULL, NULL);
}

static void one_row_frees_and_resizes_blocks_of_another(void **state) {
  (void)state;
  void *raw = PANAMEM_DOMAIN_CONTEXT(0);
  void *obj = PANAMEM_DOMAIN_CONTEXT(2);
  void *block = panamem_arena_malloc(raw, 100);
  fill_block(block, 100, 1);
  block = panamem_arena_realloc(obj, block, 50000);
  assert_true(block_holds(block, 100, 1));
  assert_int_equal(domain_of(block), 2);
  panamem_arena_free(raw, block);
  assert_int_equal(panamem_heap.page_heap.large_count[2], panamem_self->ready_count[2]);
  assert_heap_sound();
}

/* ---- Realloc ------------------------------------------------------------------------------------------------------------------- */

static void realloc_keeps_the_contents_over_every_border(void **state) {
  (void)state;
  uint64_t random = random_seed();
  FOR_EACH_DOMAIN(ctx) {
    uint64_t bytes = 1;
    void *block = panamem_arena_realloc(ctx, NULL, bytes);
    fill_block(block, bytes, 9);
    for (int step = 0; step < 3000; step++) {
      uint64_t next = random_bytes(&random, 300000);
      next += next == 0;
      void *moved = panamem_arena_realloc(ctx, block, next);
      assert_non_null(moved);
      assert_true(block_holds(moved, next < bytes ? next : bytes, 9));
      assert_true(panamem_block_bytes(moved) >= next);
      fill_block(moved, next, 9);
      block = moved;
      bytes = next;
    }
    panamem_arena_free(ctx, block);
  }
  assert_heap_sound();
}

static void small_blocks_stay_while_three_quarters_are_used(void **state) {
  (void)state;
  for (uint32_t class = 1; class <= PANAMEM_CLASS_COUNT; class++) {
    uint32_t bytes = panamem_heap.classes[class].block_bytes;
    uint64_t resizes = panamem_self->resizes;
    void *block = panamem_arena_malloc(NULL, bytes);
    assert_ptr_equal(panamem_arena_realloc(NULL, block, bytes), block);
    assert_ptr_equal(panamem_arena_realloc(NULL, block, bytes * 3 / 4 + 1), block);
    assert_int_equal(panamem_self->resizes, resizes + 2);
    assert_ptr_not_equal(panamem_arena_realloc(NULL, block, bytes * 3 / 4), block);
    assert_int_equal(panamem_self->resizes, resizes + 2);
  }
}

static void a_small_block_that_grows_moves_seldom_and_wastes_little(void **state) {
  (void)state;
  size_t moves = 0;
  char *block = panamem_arena_malloc(NULL, PANAMEM_LINEAR_MAX_BYTES);
  for (size_t bytes = PANAMEM_LINEAR_MAX_BYTES + 1; bytes <= PANAMEM_SMALL_MAX_BYTES; bytes += bytes / 8) {
    char *grown = panamem_arena_realloc(NULL, block, bytes);
    moves += grown != block;
    block = grown;
    size_t block_bytes = panamem_block_bytes(block);
    assert_true(block_bytes >= bytes && (4 * bytes > 3 * block_bytes));
    assert_ptr_equal(panamem_arena_realloc(NULL, block, bytes), block);
  }
  assert_in_range(moves, 12, 18); /* of 36; a class of its own for each size would be 30 */
  panamem_arena_free(NULL, block);
  assert_heap_sound();
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(every_size_in_every_domain, fallback_serves),
      cmocka_unit_test_setup(every_size_in_every_domain, java_serves),
      cmocka_unit_test_setup(empty_requests_get_blocks_of_their_own, fallback_serves),
      cmocka_unit_test_setup(empty_requests_get_blocks_of_their_own, java_serves),
      cmocka_unit_test_setup(a_small_block_that_grows_moves_seldom_and_wastes_little, fallback_serves),
      cmocka_unit_test_setup(realloc_keeps_the_contents_over_every_border, fallback_serves),
      cmocka_unit_test_setup(realloc_keeps_the_contents_over_every_border, java_serves),
      cmocka_unit_test_setup(small_blocks_stay_while_three_quarters_are_used, fallback_serves),
      cmocka_unit_test_setup(one_row_frees_and_resizes_blocks_of_another, fallback_serves),
      cmocka_unit_test_setup(one_row_frees_and_resizes_blocks_of_another, java_serves),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
