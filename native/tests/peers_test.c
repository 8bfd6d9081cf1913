/* SPDX-License-Identifier: Apache-2.0
 *
 * Comparison allocators: CPython's rules for odd requests, blocks that really come from the library, and clear refusals.
 */
#include "cmocka_all.h"

#include <malloc.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../peers.h"

#define SKIPPED 77
#define BLOCKS 20000
#define BLOCK_BYTES 200

static PyMemAllocatorEx row;
static bool is_libc;

static void *row_malloc(size_t size) {
  return row.malloc(row.ctx, size);
}

static void row_free(void *block) {
  row.free(row.ctx, block);
}

static void zero_bytes_are_blocks_of_their_own(void **state) {
  (void)state;
  void *blocks[] = {row_malloc(0), row_malloc(0), row.calloc(row.ctx, 0, SIZE_MAX), row.calloc(row.ctx, SIZE_MAX, 0),
                    row.realloc(row.ctx, NULL, 0), row.realloc(row.ctx, row_malloc(100), 0)};
  for (int i = 0; i < 6; i++) {
    assert_non_null(blocks[i]);
    for (int j = 0; j < i; j++) {
      assert_ptr_not_equal(blocks[i], blocks[j]);
    }
  }
  for (int i = 0; i < 6; i++) {
    row_free(blocks[i]);
  }
  row_free(NULL);
}

static void blocks_are_aligned_to_16_bytes(void **state) {
  (void)state;
  for (size_t size = 0; size < 600; size++) {
    void *blocks[] = {row_malloc(size), row_malloc(size), row.calloc(row.ctx, 1, size), row.calloc(row.ctx, size, 1),
                      row.realloc(row.ctx, row_malloc(1), size)};
    for (int i = 0; i < 5; i++) {
      assert_non_null(blocks[i]);
      assert_int_equal((uintptr_t)blocks[i] % 16, 0);
      memset(blocks[i], 0xA5, size);
    }
    for (int i = 0; i < 5; i++) {
      row_free(blocks[i]);
    }
  }
}

static void realloc_keeps_and_calloc_clears(void **state) {
  (void)state;
  unsigned char *block = row_malloc(3000);
  memset(block, 7, 3000);
  row_free(block);
  block = row.calloc(row.ctx, 300, 10);
  for (int i = 0; i < 3000; i++) {
    assert_int_equal(block[i], 0);
  }
  block[2999] = 9;
  block = row.realloc(row.ctx, block, 300000);
  assert_int_equal(block[2999], 9);
  assert_null(row.realloc(row.ctx, block, (size_t)1 << 60));
  assert_int_equal(block[2999], 9);
  block = row.realloc(row.ctx, block, 4);
  assert_int_equal(block[3], 0);
  row_free(block);
  assert_null(row_malloc((size_t)1 << 60));
  assert_null(row.calloc(row.ctx, (size_t)1 << 31, (size_t)1 << 31));
}

/* glibc's own account of its heap moves exactly when the blocks are glibc's. */
static void blocks_come_from_the_library(void **state) {
  (void)state;
  void **blocks = calloc(BLOCKS, sizeof *blocks);
  size_t before = mallinfo2().uordblks;
  for (int i = 0; i < BLOCKS; i++) {
    blocks[i] = row_malloc(BLOCK_BYTES);
  }
  size_t taken = mallinfo2().uordblks - before;
  for (int i = 0; i < BLOCKS; i++) {
    row_free(blocks[i]);
  }
  free(blocks);
#ifdef __SANITIZE_ADDRESS__
  (void)taken; /* glibc's heap is not in use */
#else
  if (is_libc) {
    assert_true(taken >= (size_t)BLOCKS * BLOCK_BYTES);
  } else {
    assert_true(taken < BLOCK_BYTES * 10);
  }
#endif
}

static void an_unknown_peer_is_refused_with_the_known_ones(void **state) {
  (void)state;
  PyMemAllocatorEx none;
  char error[256];
  assert_false(panamem_peer_load("snmalloc", &none, error, sizeof error));
  assert_string_equal(error, "snmalloc: no such comparison allocator; there are mimalloc, jemalloc and tcmalloc");
}

static int run_row(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(zero_bytes_are_blocks_of_their_own), cmocka_unit_test(blocks_are_aligned_to_16_bytes),
      cmocka_unit_test(realloc_keeps_and_calloc_clears),    cmocka_unit_test(blocks_come_from_the_library),
      cmocka_unit_test(an_unknown_peer_is_refused_with_the_known_ones),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* peers_test <name>: one allocator per process, because none of them can be unloaded. */
int main(int count, char **arguments) {
  const char *name = count > 1 ? arguments[1] : "malloc";
  is_libc = strcmp(name, "malloc") == 0;
  if (is_libc) {
    row = panamem_libc_row();
    return run_row();
  }
  char error[512];
  if (!panamem_peer_load(name, &row, error, sizeof error)) {
    puts(error);
    bool absent = strstr(error, "cannot open shared object file") != NULL;
    return absent || strstr(error, "GLIBC_TUNABLES") != NULL ? SKIPPED : 1;
  }
  return run_row();
}
