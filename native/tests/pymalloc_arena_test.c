/* SPDX-License-Identifier: Apache-2.0
 *
 * The arenas of the `pymalloc` rows: who is asked for one, where it may lie, how the table of them grows, and who gets it
 * back.
 */
#include "pymalloc_fixture.h"

#include <string.h>

#include "../heap.h"
#include "../magazine.h"
#include "../pymalloc_map.h"
#include "fake_entries.h"
#include "fake_pools.h"

static void no_arena_means_the_raw_domain(void **state) {
  (void)state;
  fake_pools.hook_refuses = true;
  uint64_t mallocs = fake_pools.raw_mallocs;
  void *block = panamem_pymalloc_malloc(OBJ, 40);
  assert_false(is_pooled(block));
  assert_int_equal(fake_pools.raw_mallocs, mallocs + 2); /* table and block */
  assert_int_equal(tally().raw_blocks, 1);
  assert_int_equal(tally().arenas_total, 0);
  fake_pools.raw_refuses = true;
  for (int i = 0; i < 40; i++) {
    assert_null(panamem_pymalloc_malloc(OBJ, 40));
  }
  assert_int_equal(panamem_heap.pymalloc.arena_slots, 16); /* none was lost */
  fake_pools.raw_refuses = false;
  fake_pools.hook_refuses = false;
  assert_true(is_pooled(panamem_pymalloc_malloc(OBJ, 40)));
  panamem_pymalloc_free(OBJ, block);
  assert_int_equal(tally().raw_blocks, 0);
}

static void an_arena_that_the_map_cannot_hold_goes_back(void **state) {
  (void)state;
  fake_pools.raw_refuses_nodes = true;
  assert_false(is_pooled(panamem_pymalloc_malloc(OBJ, 40)));
  assert_int_equal(fake_pools.arenas_given, 1);
  assert_int_equal(fake_pools.arenas_taken_back, 1);
  assert_int_equal(tally().arenas_now, 0);
  fake_pools.raw_refuses_nodes = false;
  assert_true(is_pooled(panamem_pymalloc_malloc(OBJ, 40)));
  assert_int_equal(tally().arenas_now, 1);
}

static void no_table_no_arena(void **state) {
  (void)state;
  fake_pools.raw_refuses = true;
  assert_null(panamem_pymalloc_malloc(OBJ, 40));
  assert_int_equal(fake_pools.arenas_given, 0);
}

static void java_that_takes_no_arena_is_not_offered_arenas_for_ever(void **state) {
  (void)state;
  fake_pools.refuses = true;
  assert_false(is_pooled(panamem_pymalloc_malloc(OBJ, 40)));
  assert_false(is_pooled(panamem_pymalloc_malloc(OBJ, 40)));
  assert_int_equal(fake_pools.arenas_given, 1);
}

static void the_table_grows(void **state) {
  (void)state;
  const uint32_t arenas = 40;
  void *first = panamem_pymalloc_malloc(OBJ, 512);
  memset(first, 'x', 512);
  for (uint32_t i = 1; i < arenas * PANAMEM_PY_ARENA_POOLS * POOL_BLOCKS_512; i++) {
    assert_true(is_pooled(panamem_pymalloc_malloc(OBJ, 512)));
  }
  assert_int_equal(tally().arenas_now, arenas);
  assert_int_equal(fake_pools.arenas_given, arenas);
  assert_int_equal(panamem_heap.pymalloc.arena_slots, 64);
  assert_int_equal(tally().live_blocks, arenas * PANAMEM_PY_ARENA_POOLS * POOL_BLOCKS_512);
  assert_int_equal(fake_pools.raw_mallocs, 3); /* 16, 32, 64 slots */
  assert_int_equal(fake_pools.raw_frees, 3);   /* what was there before, NULL first */
}

static void an_arena_may_begin_anywhere(void **state) {
  (void)state;
  fake_pools.arena_offset = 4096;
  unsigned char *block = panamem_pymalloc_malloc(OBJ, 512);
  uint64_t arena = (uint64_t)block & ~((uint64_t)PANAMEM_PY_ARENA_BYTES - 1);
  arena += fake_pools.arena_offset;
  assert_true(panamem_py_contains((void *)arena));
  assert_true(panamem_py_contains((void *)(arena + PANAMEM_PY_ARENA_BYTES - 1)));
  assert_false(panamem_py_contains((void *)(arena - 1)));
  assert_false(panamem_py_contains((void *)(arena + PANAMEM_PY_ARENA_BYTES)));
  assert_false(panamem_py_contains(NULL));
  assert_false(panamem_py_contains(&arena));
  assert_int_equal(tally().unaligned_arenas, 1);
  assert_int_equal(tally().unused_pools, PANAMEM_PY_ARENA_POOLS - 2);
}

/* The two halves of such an arena lie below different nodes of the map. */
static void an_arena_may_lie_across_nodes(void **state) {
  (void)state;
  const uint64_t node_bytes = (uint64_t)1 << PANAMEM_PY_MID_SHIFT;
  fake_pools.near_multiple_of = node_bytes;
  uint64_t first = (uint64_t)panamem_pymalloc_malloc(OBJ, 512);
  assert_true(is_pooled((void *)first));
  uint64_t border = (first + node_bytes) & ~(node_bytes - 1);
  assert_true(panamem_py_contains((void *)(border - 1)) && panamem_py_contains((void *)border));
  assert_false(panamem_py_contains((void *)(border + PANAMEM_PY_ARENA_BYTES / 2)));
  assert_int_equal(tally().map_bot_nodes, 2);
}

static void released_arenas_go_to_the_hook(void **state) {
  (void)state;
  panamem_pymalloc_malloc(OBJ, 512);
  fake_pools_release_arena(1);
  assert_int_equal(fake_pools.arenas_taken_back, 0);
  panamem_pymalloc_malloc(OBJ, 16); /* a refill */
  assert_int_equal(fake_pools.arenas_taken_back, 1);
  assert_int_equal(tally().arenas_now, 0);
  assert_int_equal(panamem_heap.pymalloc.unused_arenas, 1);
}

static void released_arenas_go_to_the_hook_after_a_flush_too(void **state) {
  (void)state;
  enum { BLOCKS = 2500 }; /* more than a magazine may hold */
  void *blocks[BLOCKS];
  for (int i = 0; i < BLOCKS; i++) {
    blocks[i] = panamem_pymalloc_malloc(OBJ, 512);
  }
  fake_pools_release_arena(1);
  for (int i = 0; i < BLOCKS; i++) {
    panamem_pymalloc_free(OBJ, blocks[i]);
  }
  assert_true(fake_pools.flushes > 0);
  assert_int_equal(fake_pools.arenas_taken_back, 1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(no_arena_means_the_raw_domain, java_serves),
      cmocka_unit_test_setup(an_arena_that_the_map_cannot_hold_goes_back, java_serves),
      cmocka_unit_test_setup(no_table_no_arena, java_serves),
      cmocka_unit_test_setup(java_that_takes_no_arena_is_not_offered_arenas_for_ever, java_serves),
      cmocka_unit_test_setup(the_table_grows, java_serves),
      cmocka_unit_test_setup(an_arena_may_begin_anywhere, java_serves),
      cmocka_unit_test_setup(an_arena_may_lie_across_nodes, java_serves),
      cmocka_unit_test_setup(released_arenas_go_to_the_hook, java_serves),
      cmocka_unit_test_setup(released_arenas_go_to_the_hook_after_a_flush_too, java_serves),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
