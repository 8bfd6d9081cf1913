/* SPDX-License-Identifier: Apache-2.0
 *
 * The `java:<class>` rows: what crosses, the header before each block, and blocks that meet a shut gate.
 */
#include "fixture.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "../entry.h"
#include "../heap.h"
#include "../previous.h"
#include "../user.h"
#include "fake_entries.h"
#include "fake_start.h"
#include "serving.h"

#define MEM ((void *)(uintptr_t)(1 << PANAMEM_BIN_SHIFT))
#define HEADER_BYTES 16

static void assert_last(uint32_t entry, uint64_t calls, int64_t a, int64_t b, int64_t c) {
  assert_int_equal(fake_entries.calls[entry], calls);
  assert_int_equal(fake_entries.last[0], a);
  assert_int_equal(fake_entries.last[1], b);
  assert_int_equal(fake_entries.last[2], c);
}

static void every_call_crosses_with_room_for_the_header(void **state) {
  (void)state;
  char *block = panamem_user_malloc(MEM, 100);
  assert_last(PANAMEM_ENTRY_USER_MALLOC, 1, 1, 100 + HEADER_BYTES, 0);
  fill_block(block, 100, 2);
  char *moved = panamem_user_realloc(MEM, block, 5000);
  assert_last(PANAMEM_ENTRY_USER_REALLOC, 1, 1, (int64_t)(block - HEADER_BYTES), 5000 + HEADER_BYTES);
  assert_true(block_holds(moved, 100, 2));
  memset(moved, 1, 5000);
  panamem_user_free(MEM, moved);
  assert_last(PANAMEM_ENTRY_USER_FREE, 1, 1, (int64_t)(moved - HEADER_BYTES), 0);
  char *zero = panamem_user_calloc(MEM, 30, 7);
  assert_last(PANAMEM_ENTRY_USER_CALLOC, 1, 1, 1, 210 + HEADER_BYTES);
  for (int i = 0; i < 210; i++) {
    assert_int_equal(zero[i], 0);
  }
  assert_int_equal((uintptr_t)zero % PANAMEM_ALIGNMENT, 0);
  panamem_user_free(MEM, zero);
  panamem_user_free(MEM, NULL);
  assert_int_equal(panamem_self->crossings, fake_crossings());
  assert_int_equal(panamem_self->large_allocations, 2);
  assert_int_equal(panamem_self->resizes, 1);
}

static void a_refusal_is_a_null_and_leaves_the_block(void **state) {
  (void)state;
  char *block = panamem_user_realloc(MEM, NULL, 100);
  fill_block(block, 100, 2);
  for (uint32_t entry = PANAMEM_ENTRY_USER_MALLOC; entry <= PANAMEM_ENTRY_USER_REALLOC; entry++) {
    fake_entries.refuses[entry] = true;
  }
  assert_null(panamem_user_malloc(MEM, 1));
  assert_null(panamem_user_calloc(MEM, 1, 1));
  assert_null(panamem_user_realloc(MEM, block, 5000));
  assert_true(block_holds(block, 100, 2));
  uint64_t crossings = fake_crossings();
  assert_null(panamem_user_malloc(MEM, SIZE_MAX));
  assert_null(panamem_user_calloc(MEM, SIZE_MAX / 2, 3));
  assert_null(panamem_user_calloc(MEM, SIZE_MAX / 2 + 1, 1));
  assert_null(panamem_user_realloc(MEM, block, SIZE_MAX));
  assert_int_equal(fake_crossings(), crossings);
  panamem_user_free(MEM, block);
  assert_int_equal(fake_entries.calls[PANAMEM_ENTRY_USER_FREE], 1);
}

static void a_shut_gate_is_served_in_our_range_and_freed_from_it_later(void **state) {
  (void)state;
  panamem_state_set(PANAMEM_STATE_BOOTING);
  char *early = panamem_user_malloc(MEM, 100);
  char *zero = panamem_user_calloc(MEM, 10, 10);
  assert_true(panamem_is_ours(early) && panamem_is_ours(zero));
  assert_int_equal(zero[99], 0);
  fill_block(early, 100, 5);
  panamem_state_set(PANAMEM_STATE_READY);
  early = panamem_user_realloc(MEM, early, 9000);
  assert_true(block_holds(early, 100, 5));
  panamem_user_free(MEM, early);
  panamem_user_free(MEM, zero);
  assert_int_equal(fake_entries.calls[PANAMEM_ENTRY_USER_FREE], 0);
  assert_int_equal(fake_entries.calls[PANAMEM_ENTRY_USER_REALLOC], 0);
  assert_heap_sound();
}

static void the_users_blocks_meet_a_shut_gate(void **state) {
  (void)state;
  char *kept = panamem_user_malloc(MEM, 100);
  char *moved = panamem_user_malloc(MEM, 100);
  fill_block(kept, 100, 6);
  fill_block(moved, 100, 7);
  panamem_state_set(PANAMEM_STATE_CHILD);
  char *grown = panamem_user_realloc(MEM, moved, 4000);
  assert_true(panamem_is_ours(grown));
  assert_true(block_holds(grown, 100, 7));
  panamem_user_free(MEM, kept); /* left alone: its allocator cannot be reached */
  assert_int_equal(fake_entries.calls[PANAMEM_ENTRY_USER_FREE], 0);
  assert_true(block_holds(kept, 100, 6));
  char *shrunk = panamem_user_realloc(MEM, kept, 50);
  assert_true(block_holds(shrunk, 50, 6));
  panamem_user_free(MEM, grown);
  panamem_user_free(MEM, shrunk);
  assert_heap_sound();
  panamem_state_set(PANAMEM_STATE_READY);
  panamem_user_free(MEM, kept);
  panamem_user_free(MEM, moved);
}

static void *foreign_freed;

static void note_free(void *ctx, void *block) {
  (void)ctx;
  foreign_freed = block;
}

static void foreign_blocks_are_known_by_their_missing_mark(void **state) {
  (void)state;
  PyMemAllocatorEx libc_row = panamem_previous[1];
  panamem_previous[1].free = note_free;
  char *users = panamem_user_malloc(MEM, 64);
  char *copy = malloc(64 + HEADER_BYTES);
  memcpy(copy, users - HEADER_BYTES, 64 + HEADER_BYTES); /* a copied header does not pass */
  uint64_t crossings = fake_crossings();
  panamem_user_free(MEM, copy + HEADER_BYTES);
  assert_ptr_equal(foreign_freed, copy + HEADER_BYTES);
  char *foreign = panamem_user_realloc(MEM, malloc(64), 500);
  panamem_user_free(MEM, foreign);
  assert_ptr_equal(foreign_freed, foreign);
  assert_int_equal(fake_crossings(), crossings);
  panamem_previous[1] = libc_row;
  free(copy);
  free(foreign);
  panamem_user_free(MEM, users);
}

static char *aligned_base;
static int64_t user_freed;

static int64_t answer_aligned(int64_t domain, int64_t bytes, int64_t unused) {
  (void)domain, (void)bytes, (void)unused;
  return (int64_t)aligned_base;
}

static int64_t note_user_free(int64_t domain, int64_t block, int64_t unused) {
  (void)domain, (void)unused;
  user_freed = block;
  return 1;
}

/* Other allocators place blocks where nothing stands before them. */
static void a_foreign_block_may_begin_a_mapping(void **state) {
  (void)state;
  PyMemAllocatorEx libc_row = panamem_previous[1];
  panamem_previous[1].free = note_free;
  char *pages = mmap(NULL, 3 * 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  char *foreign = pages + 4096;
  assert_int_equal(mprotect(foreign, 4096, PROT_READ | PROT_WRITE), 0);
  panamem_user_free(MEM, foreign); /* before it: no access */
  assert_ptr_equal(foreign_freed, foreign);
  assert_int_equal(munmap(pages, 4096), 0);
  foreign_freed = NULL;
  panamem_user_free(MEM, foreign); /* before it: nothing */
  assert_ptr_equal(foreign_freed, foreign);
  munmap(foreign, 2 * 4096);
  panamem_previous[1] = libc_row;
}

static void the_users_block_may_begin_a_page(void **state) {
  (void)state;
  char *pages = aligned_alloc(4096, 2 * 4096);
  char *block = pages + 4096;
  aligned_base = block - HEADER_BYTES;
  fake_entries_answer(PANAMEM_ENTRY_USER_MALLOC, answer_aligned);
  assert_ptr_equal(panamem_user_malloc(MEM, 64), block);
  fake_entries_answer(PANAMEM_ENTRY_USER_FREE, note_user_free);
  panamem_user_free(MEM, block);
  assert_int_equal(user_freed, (int64_t)aligned_base);
  free(pages);
}

static void without_a_range_libc_serves(void **state) {
  (void)state;
  fake_start_refuses = true;
  void *block = panamem_user_malloc(MEM, 100);
  fake_start_refuses = false;
  assert_false(panamem_is_ours(block));
  assert_int_equal(fake_crossings(), 0);
  panamem_user_free(MEM, block);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(every_call_crosses_with_room_for_the_header, java_serves),
      cmocka_unit_test_setup(a_refusal_is_a_null_and_leaves_the_block, java_serves),
      cmocka_unit_test_setup(a_shut_gate_is_served_in_our_range_and_freed_from_it_later, java_serves),
      cmocka_unit_test_setup(the_users_blocks_meet_a_shut_gate, java_serves),
      cmocka_unit_test_setup(foreign_blocks_are_known_by_their_missing_mark, java_serves),
      cmocka_unit_test_setup(a_foreign_block_may_begin_a_mapping, java_serves),
      cmocka_unit_test_setup(the_users_block_may_begin_a_page, java_serves),
      cmocka_unit_test_setup(without_a_range_libc_serves, java_serves),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
