/* SPDX-License-Identifier: Apache-2.0
 *
 * The tracing row over libc's: what is counted for whom. This program has no Python, so a site is a caller.
 */
#include "cmocka_all.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "../../include/panamem/pymem.h"
#include "../fast_path.h"
#include "../options.h"
#include "../sites.h"
#include "../trace.h"
#include "../trace_map.h"

#define BLOCKS 1000

static bool refuses;
static PyMemAllocatorEx row;

static void *row_malloc(void *ctx, size_t size) {
  (void)ctx;
  return refuses ? NULL : malloc(size);
}

static void *row_calloc(void *ctx, size_t nelem, size_t elsize) {
  (void)ctx;
  return refuses ? NULL : calloc(nelem, elsize);
}

static void *row_realloc(void *ctx, void *ptr, size_t new_size) {
  (void)ctx;
  return refuses ? NULL : realloc(ptr, new_size);
}

static void row_free(void *ctx, void *ptr) {
  (void)ctx;
  free(ptr);
}

static int trace(uint32_t rate) {
  PyMemAllocatorEx inner = {NULL, row_malloc, row_calloc, row_realloc, row_free};
  refuses = false;
  panamem_options.trace_depth = 1;
  panamem_options.trace_rate = rate;
  panamem_trace_wrap(PYMEM_DOMAIN_RAW, &inner, &row);
  return 0;
}

static int trace_all(void **state) {
  (void)state;
  return trace(1);
}

/* Sites of this file's own calls: each function of a name ask_... is one, and no two are so alike that gcc makes them one. */
static NOINLINE void *ask_here(size_t bytes) {
  void *block = row.malloc(row.ctx, bytes);
  __asm__ volatile("");
  return block;
}

static NOINLINE void *ask_there(size_t bytes) {
  void *block = row.calloc(row.ctx, 2, bytes / 2);
  __asm__ volatile("");
  return block;
}

static void give(void *block) {
  row.free(row.ctx, block);
}

static void put_back(const void *block, struct panamem_traced traced) {
  struct panamem_traced before;
  assert_true(panamem_traced_put(block, traced.site, traced.bytes, &before));
}

/* The site that a block was counted for. */
static uint32_t site_of(const void *block) {
  struct panamem_traced traced = panamem_traced_take(block);
  put_back(block, traced);
  return traced.site;
}

static void assert_tally(uint32_t site, uint64_t blocks, uint64_t bytes, uint64_t peak, uint64_t total) {
  struct panamem_tally tally = panamem_trace_tally(site);
  assert_int_equal(tally.live_blocks, blocks);
  assert_int_equal(tally.live_bytes, bytes);
  assert_int_equal(tally.peak_bytes, peak);
  assert_int_equal(tally.total_blocks, total);
}

/* ---- Counting -------------------------------------------------------------------------------------------------------- */

static void blocks_count_for_who_asked(void **state) {
  (void)state;
  void *here[3], *there = ask_there(40);
  for (volatile int i = 0; i < 3; i++) {
    here[i] = ask_here(100);
  }
  uint32_t site = site_of(here[0]);
  assert_int_not_equal(site, site_of(there));
  assert_int_equal(site, site_of(here[2]));
  assert_tally(site, 3, 300, 300, 3);
  assert_tally(site_of(there), 1, 40, 40, 1);
  give(here[1]);
  assert_tally(site, 2, 200, 300, 3);
  give(here[0]), give(here[2]), give(there), give(NULL);
  assert_tally(site, 0, 0, 300, 3);
}

static void a_resized_block_is_its_last_askers(void **state) {
  (void)state;
  void *block = ask_here(50);
  uint32_t first = site_of(block);
  uint64_t total = panamem_trace_tally(first).total_blocks;
  block = row.realloc(row.ctx, block, 70000);
  uint32_t second = site_of(block);
  assert_int_not_equal(first, second);
  assert_int_equal(panamem_trace_tally(first).live_blocks, 0);
  assert_tally(second, 1, 70000, 70000, 1);
  refuses = true;
  assert_null(row.realloc(row.ctx, block, 80000));
  refuses = false;
  assert_int_equal(site_of(block), second);
  assert_int_equal(panamem_trace_tally(second).live_bytes, 70000);
  give(block);
  assert_int_equal(panamem_trace_tally(second).live_bytes, 0);
  assert_int_equal(panamem_trace_tally(first).total_blocks, total);
}

static void what_is_refused_is_not_counted(void **state) {
  (void)state;
  void *block = ask_here(10);
  struct panamem_tally before = panamem_trace_tally(site_of(block));
  refuses = true;
  assert_null(ask_here(10));
  assert_int_equal(panamem_trace_tally(site_of(block)).total_blocks, before.total_blocks);
  refuses = false;
  give(block);
}

static void a_site_has_a_caller(void **state) {
  (void)state;
  struct panamem_site site;
  void *block = ask_here(10);
  assert_true(panamem_site_read(site_of(block), &site));
  assert_int_equal(site.python_count, 0);
  assert_int_equal(site.native_count, 1);
  assert_true(site.native[0] > (uintptr_t)ask_here && site.native[0] < (uintptr_t)ask_here + 200);
  give(block);
}

/* A row over a row that traces too. */
static void a_block_is_counted_once(void **state) {
  (void)state;
  PyMemAllocatorEx outer;
  panamem_trace_wrap(PYMEM_DOMAIN_OBJ, &row, &outer);
  void *block = outer.malloc(outer.ctx, 33);
  uint32_t site = site_of(block);
  assert_tally(site, 1, 33, 33, 1);
  block = outer.realloc(outer.ctx, block, 44);
  assert_int_equal(panamem_trace_tally(site).live_blocks, 0);
  site = site_of(block);
  assert_tally(site, 1, 44, 44, 1);
  outer.free(outer.ctx, block);
  assert_tally(site, 0, 0, 44, 1);
}

/* ---- Threads --------------------------------------------------------------------------------------------------------- */

static NOINLINE void *ask_on_threads(size_t bytes) {
  void *block = row.realloc(row.ctx, NULL, bytes);
  __asm__ volatile("");
  return block;
}

static void *ask_and_keep(void *blocks) {
  for (volatile int i = 0; i < BLOCKS; i++) {
    ((void **)blocks)[i] = ask_on_threads(16);
  }
  return NULL;
}

static void *give_all(void *blocks) {
  for (int i = 0; i < BLOCKS; i++) {
    give(((void **)blocks)[i]);
  }
  return NULL;
}

static void none_is_lost_between_threads(void **state) {
  (void)state;
  enum { THREADS = 4 };
  static void *blocks[THREADS + 1][BLOCKS];
  pthread_t threads[THREADS];
  for (int i = 0; i < THREADS; i++) {
    assert_int_equal(pthread_create(&threads[i], NULL, ask_and_keep, blocks[i]), 0);
  }
  ask_and_keep(blocks[THREADS]);
  for (int i = 0; i < THREADS; i++) {
    pthread_join(threads[i], NULL);
  }
  const uint64_t all = (THREADS + 1) * BLOCKS;
  uint32_t site = site_of(blocks[0][0]);
  assert_tally(site, all, all * 16, all * 16, all);
  for (int i = 0; i < THREADS; i++) { /* each gives what another asked for */
    assert_int_equal(pthread_create(&threads[i], NULL, give_all, blocks[i + 1]), 0);
  }
  give_all(blocks[0]);
  for (int i = 0; i < THREADS; i++) {
    pthread_join(threads[i], NULL);
  }
  assert_tally(site, 0, 0, all * 16, all);
}

/* ---- Code objects ---------------------------------------------------------------------------------------------------- */

static void a_new_code_object_has_a_new_serial(void **state) {
  (void)state;
  void *code = ask_here(200);
  uint32_t serial = panamem_traced_code(code);
  assert_int_not_equal(serial, 0);
  assert_int_equal(panamem_traced_code(code), serial);
  struct panamem_traced traced = panamem_traced_take(code);
  assert_true(traced.is_code);
  panamem_traced_forget_code(code);
  assert_int_not_equal(panamem_traced_code(code), serial);
  put_back(code, traced);
  give(code);
}

/* The words behind a long block's own speak for it, not for what begins there later. */
static void a_long_block_leaves_nothing_behind(void **state) {
  (void)state;
  static _Alignas(16) char heap[4096];
  struct panamem_traced before;
  for (uint64_t bytes = 1022; bytes <= 5ull << 32; bytes = bytes < 1024 ? bytes + 1 : 2 * bytes) {
    assert_true(panamem_traced_put(heap, 7, bytes, &before));
    assert_int_equal(before.site, 0);
    struct panamem_traced traced = panamem_traced_take(heap);
    assert_int_equal(traced.bytes, bytes);
    assert_int_equal(traced.site, 7);
    for (int i = 0; i < 64; i++) {
      assert_int_equal(panamem_traced_take(heap + 16 * i).site, 0);
    }
  }
}

/* As a row below and one above remember it. */
static void what_was_known_before_is_told(void **state) {
  (void)state;
  static _Alignas(16) char heap[4096];
  struct panamem_traced before;
  assert_true(panamem_traced_put(heap, 7, 3ull << 32, &before));
  assert_true(panamem_traced_put(heap, 8, 10, &before));
  assert_int_equal(before.site, 7);
  assert_int_equal(before.bytes, 3ull << 32);
  assert_int_equal(panamem_traced_take(heap).bytes, 10);
  assert_int_equal(panamem_traced_take(heap + 32).bytes, 0);
}

static void odd_addresses_are_nobodys(void **state) {
  (void)state;
  struct panamem_traced before;
  assert_false(panamem_traced_put((void *)0x10008, 1, 1, &before));
  assert_false(panamem_traced_put((void *)(1ull << 47), 1, 1, &before));
  assert_int_equal(panamem_traced_take((void *)0x10008).site, 0);
  assert_int_equal(panamem_traced_take((void *)0x7f0000000010).site, 0);
}

/* ---- Sampling -------------------------------------------------------------------------------------------------------- */

static NOINLINE void *ask_sampled(size_t bytes) {
  void *block = row.calloc(row.ctx, 1, bytes);
  __asm__ volatile("");
  return block;
}

/* Last: a map once sparse stays so. */
static void one_of_ten_speaks_for_ten(void **state) {
  (void)state;
  trace(10);
  static void *blocks[BLOCKS];
  uint32_t site = 0;
  for (volatile int i = 0; i < BLOCKS; i++) {
    blocks[i] = ask_sampled(32);
    struct panamem_traced traced = panamem_traced_take(blocks[i]);
    if (traced.site != 0) {
      site = traced.site;
      put_back(blocks[i], traced);
    }
  }
  assert_tally(site, BLOCKS, BLOCKS * 32, BLOCKS * 32, BLOCKS);
  for (int i = 0; i < BLOCKS; i++) {
    give(blocks[i]);
  }
  assert_tally(site, 0, 0, BLOCKS * 32, BLOCKS);
}

/* ---- Blocks from elsewhere ------------------------------------------------------------------------------------------- */

static void extensions_may_track_blocks_of_their_own(void **state) {
  (void)state;
  uint32_t sites = panamem_sites_count();
  for (volatile int i = 0; i < 3; i++) { /* one call in the code, so one site */
    assert_int_equal(PyTraceMalloc_Track(389047, 1, 100), 0);
  }
  uint32_t site = sites + 1;
  assert_int_equal(panamem_sites_count(), site);
  assert_tally(site, 1, 100, 100, 3);
  assert_int_equal(PyTraceMalloc_Untrack(1, 1), 0);
  assert_int_equal(panamem_trace_tally(site).live_blocks, 1);
  assert_int_equal(PyTraceMalloc_Untrack(389047, 1), 0);
  assert_int_equal(PyTraceMalloc_Untrack(389047, 1), 0);
  assert_tally(site, 0, 0, 100, 3);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(blocks_count_for_who_asked, trace_all),
      cmocka_unit_test_setup(a_resized_block_is_its_last_askers, trace_all),
      cmocka_unit_test_setup(what_is_refused_is_not_counted, trace_all),
      cmocka_unit_test_setup(a_site_has_a_caller, trace_all),
      cmocka_unit_test_setup(a_block_is_counted_once, trace_all),
      cmocka_unit_test_setup(none_is_lost_between_threads, trace_all),
      cmocka_unit_test_setup(a_new_code_object_has_a_new_serial, trace_all),
      cmocka_unit_test_setup(a_long_block_leaves_nothing_behind, trace_all),
      cmocka_unit_test_setup(what_was_known_before_is_told, trace_all),
      cmocka_unit_test_setup(odd_addresses_are_nobodys, trace_all),
      cmocka_unit_test_setup(extensions_may_track_blocks_of_their_own, trace_all),
      cmocka_unit_test(one_of_ten_speaks_for_ten),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
