/* SPDX-License-Identifier: Apache-2.0
 *
 * What goes to the previous rows: foreign blocks, and every request while there is no range.
 */
#include "fixture.h"

#include <stdlib.h>
#include <string.h>

#include "../heap.h"
#include "../magazine.h"
#include "../previous.h"
#include "fake_start.h"
#include "serving.h"

static PyMemAllocatorEx libc_rows[PANAMEM_DOMAINS];

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

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(foreign_blocks_go_to_the_previous_row_of_the_domain, watch_previous, restore_previous),
      cmocka_unit_test_setup_teardown(without_a_range_previous_serves, watch_previous, restore_previous),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
