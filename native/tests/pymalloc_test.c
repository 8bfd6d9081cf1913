/* SPDX-License-Identifier: Apache-2.0
 *
 * The `pymalloc` rows: who serves which request, what realloc keeps, and what C gives back when Java cannot.
 */
#include "pymalloc_fixture.h"

#include <pthread.h>
#include <signal.h>
#include <string.h>

#include "../entry.h"
#include "../heap.h"
#include "../magazine.h"
#include "../pymalloc_map.h"
#include "../thread.h"
#include "capture.h"
#include "fake_entries.h"
#include "fake_pools.h"
#include "fake_start.h"

/* ---- Who serves --------------------------------------------------------------------------------------------------------- */

static void small_requests_come_from_pools_of_their_class(void **state) {
  (void)state;
  for (uint32_t bytes = 1; bytes <= PANAMEM_PY_SMALL_MAX_BYTES; bytes++) {
    unsigned char *block = panamem_pymalloc_malloc(OBJ, bytes);
    size_t usable = panamem_py_usable_bytes(block);
    assert_true(is_pooled(block) && (uintptr_t)block % PANAMEM_ALIGNMENT == 0);
    assert_true(usable >= bytes && usable < bytes + PANAMEM_ALIGNMENT);
    memset(block, 0xee, usable);
    panamem_pymalloc_free(OBJ, block);
    unsigned char *zero = panamem_pymalloc_calloc(OBJ, 1, bytes); /* the same place, dirty */
    assert_ptr_equal(zero, block);
    for (uint32_t i = 0; i < bytes; i++) {
      assert_int_equal(zero[i], 0);
    }
    panamem_pymalloc_free(OBJ, zero);
  }
  assert_int_equal(fake_pools.raw_mallocs, 1); /* the table of arenas */
  assert_int_equal(tally().live_blocks, 0);
}

static void empty_and_large_requests_go_to_the_raw_domain(void **state) {
  (void)state;
  const size_t sizes[] = {0, 513, 514, 100000};
  for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
    uint64_t mallocs = fake_pools.raw_mallocs;
    void *block = panamem_pymalloc_malloc(OBJ, sizes[i]);
    assert_true(block != NULL && !is_pooled(block) && !panamem_is_ours(block));
    assert_int_equal(fake_pools.raw_mallocs, mallocs + 1);
    assert_int_equal(fake_pools.raw_bytes, sizes[i]);
    assert_int_equal(tally().raw_blocks, 1);
    block = panamem_pymalloc_realloc(OBJ, block, 40); /* never pulled back into a pool */
    assert_int_equal(fake_pools.raw_reallocs, i + 1);
    assert_false(is_pooled(block));
    panamem_pymalloc_free(OBJ, block);
    assert_int_equal(fake_pools.raw_frees, i + 1);
    assert_int_equal(tally().raw_blocks, 0);
  }
  panamem_pymalloc_free(OBJ, panamem_pymalloc_calloc(OBJ, 0, 7));
  panamem_pymalloc_free(OBJ, panamem_pymalloc_calloc(OBJ, 3, 200));
  assert_int_equal(fake_pools.raw_callocs, 2);
  assert_int_equal(fake_pools.raw_bytes, 600);
  panamem_pymalloc_free(OBJ, NULL);
  assert_int_equal(fake_pools.raw_frees, 6);
  fake_pools.raw_refuses = true;
  assert_null(panamem_pymalloc_malloc(OBJ, 513));
  assert_null(panamem_pymalloc_calloc(OBJ, 1, 0));
  assert_int_equal(tally().raw_blocks, 0);
}

static void without_a_range_the_raw_domain_serves(void **state) {
  (void)state;
  fake_start_refuses = true;
  void *block = panamem_pymalloc_malloc(OBJ, 10);
  assert_int_equal(fake_pools.raw_mallocs, 1);
  panamem_pymalloc_free(OBJ, block);
  assert_int_equal(fake_pools.raw_frees, 1);
}

static void a_crossing_fills_more_than_one_request(void **state) {
  (void)state;
  for (int i = 0; i < 1000; i++) {
    assert_non_null(panamem_pymalloc_malloc(OBJ, 16));
  }
  assert_in_range(fake_pools.refills, 2, 20);
  assert_int_equal(tally().live_blocks, 1000);
  assert_int_equal(tally().allocations, 1000);
}

/* ---- Realloc ------------------------------------------------------------------------------------------------------------ */

static void realloc_keeps_a_block_that_stays_well_used(void **state) {
  (void)state;
  const size_t block_bytes = 400;
  for (size_t bytes = 0; bytes <= 600; bytes++) {
    char *block = panamem_pymalloc_malloc(OBJ, block_bytes);
    memset(block, 'x', block_bytes);
    char *moved = panamem_pymalloc_realloc(OBJ, block, bytes);
    bool keeps = bytes <= block_bytes && bytes > 300;
    assert_true(keeps == (moved == block));
    for (size_t i = 0; i < bytes && i < block_bytes; i++) {
      assert_int_equal(moved[i], 'x');
    }
    assert_true(is_pooled(moved) == (bytes > 0 && bytes <= PANAMEM_PY_SMALL_MAX_BYTES));
    panamem_pymalloc_free(OBJ, moved);
  }
  assert_int_equal(tally().live_blocks + tally().raw_blocks, 0);
}

static void realloc_that_fails_leaves_the_block(void **state) {
  (void)state;
  char *block = panamem_pymalloc_malloc(OBJ, 500);
  memset(block, 'x', 500);
  fake_pools.raw_refuses = true;
  fake_pools.refuses = true;
  assert_null(panamem_pymalloc_realloc(OBJ, block, 600));
  assert_null(panamem_pymalloc_realloc(OBJ, block, 0));
  assert_null(panamem_pymalloc_realloc(OBJ, block, 20)); /* shrinking needs a smaller block */
  assert_int_equal(block[499], 'x');
  assert_int_equal(tally().live_blocks, 1);
  fake_pools.raw_refuses = false;
  panamem_pymalloc_free(OBJ, panamem_pymalloc_realloc(OBJ, NULL, 600));
}

/* ---- When Java cannot ------------------------------------------------------------------------------------------------------ */

static void a_shut_gate_gets_blocks_of_the_range(void **state) {
  (void)state;
  panamem_state_set(PANAMEM_STATE_BOOTING);
  char *block = panamem_pymalloc_malloc(OBJ, 100);
  assert_true(panamem_is_ours(block));
  assert_int_equal(fake_pools.refills, 0);
  assert_false(panamem_is_ours(panamem_pymalloc_malloc(OBJ, 0)));
  assert_false(panamem_is_ours(panamem_pymalloc_malloc(OBJ, 513)));
  memset(block, 'x', 100);
  assert_ptr_equal(panamem_pymalloc_realloc(OBJ, block, 112), block);
  panamem_state_set(PANAMEM_STATE_READY);
  char *moved = panamem_pymalloc_realloc(OBJ, block, 300);
  assert_true(is_pooled(moved));
  assert_int_equal(moved[99], 'x');
  panamem_pymalloc_free(OBJ, moved);
  assert_int_equal(fake_entries.calls[PANAMEM_ENTRY_REFILL], 0);
  panamem_thread_flush(panamem_self);
  assert_heap_sound();
}

static void a_child_gives_blocks_back_to_pools(void **state) {
  (void)state;
  enum { BLOCKS = 10 * POOL_BLOCKS_512 };
  void *blocks[BLOCKS];
  for (int i = 0; i < BLOCKS; i++) {
    blocks[i] = panamem_pymalloc_malloc(OBJ, 512);
  }
  uint64_t crossings = fake_crossings() + fake_pools.refills;
  panamem_state_set(PANAMEM_STATE_CHILD);
  for (int i = 0; i < BLOCKS; i++) {
    panamem_pymalloc_free(OBJ, blocks[i]);
  }
  panamem_thread_flush(panamem_self);
  assert_int_equal(fake_crossings() + fake_pools.refills + fake_pools.flushes, crossings);
  struct panamem_py_tally after = tally();
  assert_int_equal(after.live_blocks + after.classes[31].ready_blocks, 0);
  assert_int_equal(after.classes[31].pools, 0);
  assert_int_equal(after.unused_pools, PANAMEM_PY_ARENA_POOLS);
  assert_true(panamem_heap.pymalloc.emptied[31] >= 10);
  uint32_t listed = 0;
  for (uint64_t pool = panamem_heap.pymalloc.used[31]; pool != 0; pool = ((struct panamem_py_pool *)pool)->nextpool) {
    listed += ((struct panamem_py_pool *)pool)->listed;
  }
  assert_true(listed >= 10);
  assert_true(panamem_is_ours(panamem_pymalloc_malloc(OBJ, 512)));
}

static void *use_some(void *unused) {
  (void)unused;
  void *block = panamem_pymalloc_malloc(OBJ, 64);
  panamem_pymalloc_free(OBJ, panamem_pymalloc_malloc(OBJ, 64));
  return block;
}

static void a_thread_that_ends_leaves_no_stock(void **state) {
  (void)state;
  pthread_t thread;
  void *block;
  assert_int_equal(pthread_create(&thread, NULL, use_some, NULL), 0);
  assert_int_equal(pthread_join(thread, &block), 0);
  assert_true(is_pooled(block));
  struct panamem_py_tally after = tally();
  assert_int_equal(after.classes[3].ready_blocks, 0);
  assert_int_equal(after.live_blocks, 1);
  assert_int_equal(after.allocations, 2);
}

static pthread_key_t late_key;

/* Runs after the thread's struct is gone. */
static void free_late(void *block) {
  if (!panamem_thread_has_ended()) {
    pthread_setspecific(late_key, block);
    return;
  }
  panamem_pymalloc_free(OBJ, block);
  panamem_pymalloc_free(OBJ, panamem_pymalloc_malloc(OBJ, 64));
}

static void *end_late(void *unused) {
  (void)unused;
  pthread_setspecific(late_key, panamem_pymalloc_malloc(OBJ, 64));
  return NULL;
}

static void a_thread_may_free_after_its_end(void **state) {
  (void)state;
  assert_int_equal(pthread_key_create(&late_key, free_late), 0);
  pthread_t thread;
  assert_int_equal(pthread_create(&thread, NULL, end_late, NULL), 0);
  assert_int_equal(pthread_join(thread, NULL), 0);
  assert_int_equal(tally().live_blocks, 0);
  pthread_key_delete(late_key);
}

/* ---- What is no block -------------------------------------------------------------------------------------------------------- */

static void free_inside(void *unused) {
  (void)unused;
  char *block = panamem_pymalloc_malloc(OBJ, 64);
  panamem_state_set(PANAMEM_STATE_CHILD);
  for (int i = 0; i < 5000; i++) {
    panamem_pymalloc_free(OBJ, block + 16);
  }
}

static void the_inside_of_a_block_is_told(void **state) {
  (void)state;
  struct capture freed = capture(free_inside, NULL);
  assert_int_equal(freed.signal, SIGABRT);
  if (strstr(freed.text, "its pool has already") == NULL) {
    fail_msg("%s", freed.text);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(small_requests_come_from_pools_of_their_class, java_serves),
      cmocka_unit_test_setup(empty_and_large_requests_go_to_the_raw_domain, java_serves),
      cmocka_unit_test_setup(without_a_range_the_raw_domain_serves, java_serves),
      cmocka_unit_test_setup(a_crossing_fills_more_than_one_request, java_serves),
      cmocka_unit_test_setup(realloc_keeps_a_block_that_stays_well_used, java_serves),
      cmocka_unit_test_setup(realloc_that_fails_leaves_the_block, java_serves),
      cmocka_unit_test_setup(a_shut_gate_gets_blocks_of_the_range, java_serves),
      cmocka_unit_test_setup(a_child_gives_blocks_back_to_pools, java_serves),
      cmocka_unit_test_setup(a_thread_that_ends_leaves_no_stock, java_serves),
      cmocka_unit_test_setup(a_thread_may_free_after_its_end, java_serves),
      cmocka_unit_test_setup(the_inside_of_a_block_is_told, java_serves),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
