/* SPDX-License-Identifier: Apache-2.0
 *
 * The `arena` rows: every size in every domain, what realloc and calloc promise, refusals, and addresses that are no blocks.
 */
#include "fixture.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "../class.h"
#include "../heap.h"
#include "../magazine.h"
#include "../previous.h"
#include "../slots.h"
#include "capture.h"
#include "fake_entries.h"
#include "fake_start.h"

#define MOST_BYTES 40000u
#define FOR_EACH_DOMAIN(ctx) \
  for (void *ctx = NULL; (uintptr_t)ctx < PANAMEM_BINS; ctx = (char *)ctx + (1 << PANAMEM_BIN_SHIFT))

static PyMemAllocatorEx libc_rows[PANAMEM_DOMAINS];

static int fallback_serves(void **state) {
  (void)state;
  heap_fresh(512 * MIB);
  return 0;
}

static int java_serves(void **state) {
  fallback_serves(state);
  fake_entries_serve();
  return 0;
}

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

/* ---- Refusals ---------------------------------------------------------------------------------------------------------------- */

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

/* ---- Crossings ------------------------------------------------------------------------------------------------------------------ */



static void magazines_start_small_and_cross_ever_more_rarely(void **state) {
  (void)state;
  uint64_t *refills = &fake_entries.calls[PANAMEM_ENTRY_REFILL];
  void *first = panamem_arena_malloc(NULL, 64);
  assert_int_equal(*refills, 1);
  assert_int_equal(fake_entries.last[2], 1); /* perhaps it is the only one */
  assert_int_equal(fake_entries.last[1], 4); /* RAW, 64 bytes */
  blocks[1] = panamem_arena_malloc(NULL, 64);
  assert_int_equal(*refills, 2);
  assert_int_equal(fake_entries.last[2], 8); /* half of the slots, which have doubled */
  for (int i = 2; i < BLOCKS; i++) {
    blocks[i] = panamem_arena_malloc(NULL, 64);
  }
  assert_in_range(*refills, 5, 60);
  assert_int_equal(panamem_self->crossings, fake_crossings());
  assert_int_equal(fake_crossings(), *refills);
  for (int i = 1; i < BLOCKS; i++) {
    panamem_arena_free(NULL, blocks[i]);
  }
  panamem_arena_free(NULL, first);
  assert_int_equal(fake_entries.calls[PANAMEM_ENTRY_FLUSH], 0); /* the depot has room for them */
  assert_true(panamem_heap.depots[4].count > 0);
  assert_int_equal(panamem_heap.fallback_blocks[PANAMEM_FALLBACK_STACK], 0);
  assert_int_equal(panamem_heap.fallback_blocks[PANAMEM_FALLBACK_BOOT], 0);
  assert_heap_sound();
}

/* A list that grows needs one block of each larger class; the magazines keep none of them. */
static void the_only_block_of_a_larger_class_goes_back_at_once(void **state) {
  (void)state;
  uint64_t *frees = &fake_entries.calls[PANAMEM_ENTRY_FREE];
  void *grown = panamem_arena_malloc(NULL, 600);
  uint64_t granted = panamem_self->magazine_bytes;
  for (size_t bytes = 800; bytes < 20000; bytes += bytes / 4) {
    grown = panamem_arena_realloc(NULL, grown, bytes);
  }
  assert_true(*frees > 5);
  assert_int_equal(panamem_self->magazine_bytes, granted);
  panamem_arena_free(NULL, grown);
  uint64_t before = *frees;
  void *second[2] = {panamem_arena_malloc(NULL, 600), panamem_arena_malloc(NULL, 600)};
  panamem_arena_free(NULL, second[0]);
  panamem_arena_free(NULL, second[1]);
  assert_int_equal(*frees, before); /* from the second one on it has slots */
  assert_true(panamem_self->magazine_bytes > granted);
  assert_heap_sound();
}

static void a_pair_at_the_edge_of_a_magazine_does_not_cross_each_time(void **state) {
  (void)state;
  for (int i = 0; i < 1000; i++) {
    blocks[i] = panamem_arena_malloc(NULL, 64);
    uint64_t crossings = fake_crossings();
    for (int round = 0; round < 20; round++) {
      panamem_arena_free(NULL, panamem_arena_malloc(NULL, 64));
    }
    assert_true(fake_crossings() <= crossings + 1);
  }
}

static void ready_blocks_stay_below_the_threads_cap(void **state) {
  (void)state;
  uint64_t first_slots = 0;
  for (uint32_t class = 1; class <= PANAMEM_CLASS_COUNT; class++) {
    uint32_t most = panamem_heap.classes[class].magazine_most;
    first_slots += (most < 7 ? most : 7) * (uint64_t)panamem_heap.classes[class].block_bytes;
  }
  uint64_t cap_before = panamem_magazine_cap_bytes;
  panamem_magazine_cap_bytes = 100000;
  uint64_t random = random_seed();
  for (int step = 0; step < 30000; step++) {
    void **block = &blocks[random_below(&random, BLOCKS)];
    panamem_arena_free(NULL, *block);
    *block = random_below(&random, 2) == 0 ? NULL : panamem_arena_malloc(NULL, random_bytes(&random, 32768));
    if (panamem_self->magazine_bytes > panamem_magazine_cap_bytes + first_slots) {
      fail_msg("%lu bytes", panamem_self->magazine_bytes);
    }
  }
  panamem_magazine_cap_bytes = cap_before;
  assert_heap_sound();
}

static int forget_blocks(void **state) {
  memset(blocks, 0, sizeof blocks);
  return java_serves(state);
}

/* ---- Foreign blocks, and no range --------------------------------------------------------------------------------------------------- */

static int calls[4];
static void *previous_ctx;

static void *note_malloc(void *ctx, size_t bytes) {
  calls[0]++;
  previous_ctx = ctx;
  return malloc(bytes);
}

static void *note_calloc(void *ctx, size_t count, size_t element_bytes) {
  calls[1]++;
  previous_ctx = ctx;
  return calloc(count, element_bytes);
}

static void *note_realloc(void *ctx, void *block, size_t bytes) {
  calls[2]++;
  previous_ctx = ctx;
  return realloc(block, bytes);
}

static void note_free(void *ctx, void *block) {
  calls[3]++;
  previous_ctx = ctx;
  free(block);
}

static int watch_previous(void **state) {
  memcpy(libc_rows, panamem_previous, sizeof libc_rows);
  memset(calls, 0, sizeof calls);
  for (int domain = 0; domain < PANAMEM_DOMAINS; domain++) {
    panamem_previous[domain] = (PyMemAllocatorEx){&libc_rows[domain], note_malloc, note_calloc, note_realloc, note_free};
  }
  return java_serves(state);
}

static int restore_previous(void **state) {
  (void)state;
  memcpy(panamem_previous, libc_rows, sizeof libc_rows);
  fake_start_refuses = false;
  return 0;
}

static void foreign_blocks_go_to_the_previous_row_of_the_domain(void **state) {
  (void)state;
  FOR_EACH_DOMAIN(ctx) {
    void *block = malloc(100);
    fill_block(block, 100, 4);
    block = panamem_arena_realloc(ctx, block, 5000);
    assert_ptr_equal(previous_ctx, &libc_rows[(uintptr_t)ctx >> PANAMEM_BIN_SHIFT]);
    assert_true(block_holds(block, 100, 4));
    assert_false(panamem_is_ours(block));
    assert_int_equal(panamem_block_bytes(block), 0);
    panamem_arena_free(ctx, block);
  }
  assert_int_equal(calls[2], 3);
  assert_int_equal(calls[3], 3);
  assert_int_equal(calls[0] + calls[1], 0);
}

static void without_a_range_previous_serves(void **state) {
  (void)state;
  panamem_self = NULL;
  heap_fresh(64 * MIB); /* a thread whose magazines are empty */
  fake_start_refuses = true;
  void *block = panamem_arena_malloc(NULL, 10);
  void *large = panamem_arena_malloc(NULL, 100000);
  unsigned char *zero = panamem_arena_calloc(NULL, 10, 10);
  assert_true(block != NULL && large != NULL && zero != NULL && zero[99] == 0);
  assert_int_equal(calls[0], 2);
  assert_int_equal(calls[1], 1);
  panamem_arena_free(NULL, block);
  panamem_arena_free(NULL, large);
  panamem_arena_free(NULL, zero);
  assert_int_equal(calls[3], 3);
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
      cmocka_unit_test_setup(sizes_beyond_the_range_and_overflows_are_refused, fallback_serves),
      cmocka_unit_test_setup(sizes_beyond_the_range_and_overflows_are_refused, java_serves),
      cmocka_unit_test_setup(one_row_frees_and_resizes_blocks_of_another, fallback_serves),
      cmocka_unit_test_setup(one_row_frees_and_resizes_blocks_of_another, java_serves),
      cmocka_unit_test_setup(every_limit_ends_in_null_and_recovers, fallback_serves),
      cmocka_unit_test_setup(java_that_refuses_is_a_null_and_realloc_keeps_the_block, java_serves),
      cmocka_unit_test_setup(magazines_start_small_and_cross_ever_more_rarely, java_serves),
      cmocka_unit_test_setup(a_pair_at_the_edge_of_a_magazine_does_not_cross_each_time, java_serves),
      cmocka_unit_test_setup(the_only_block_of_a_larger_class_goes_back_at_once, java_serves),
      cmocka_unit_test_setup(ready_blocks_stay_below_the_threads_cap, forget_blocks),
      cmocka_unit_test_setup_teardown(foreign_blocks_go_to_the_previous_row_of_the_domain, watch_previous, restore_previous),
      cmocka_unit_test_setup_teardown(without_a_range_previous_serves, watch_previous, restore_previous),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
