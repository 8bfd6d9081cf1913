/* SPDX-License-Identifier: Apache-2.0
 *
 * The `upcall` rows: every call crosses with the arguments of abi.h, and the arena rows serve when the gate is shut.
 */
#include "fixture.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "../../include/panamem/panamem.h"
#include "../entry.h"
#include "../heap.h"
#include "../slots.h"
#include "../upcall.h"
#include "capture.h"
#include "fake_entries.h"
#include "fake_start.h"
#include "serving.h"

#define OBJ ((void *)(uintptr_t)(2 << PANAMEM_BIN_SHIFT))
#define REQUEST(domain, bytes) ((int64_t)(domain) << PANAMEM_REQUEST_SHIFT | (int64_t)(bytes))

static void assert_last(uint32_t entry, uint64_t calls, int64_t b, int64_t c) {
  assert_int_equal(fake_entries.calls[entry], calls);
  assert_int_equal(fake_entries.last[1], b);
  assert_int_equal(fake_entries.last[2], c);
}

static void every_call_crosses_once(void **state) {
  (void)state;
  void *small = panamem_upcall_malloc(OBJ, 100);
  assert_last(PANAMEM_ENTRY_ALLOCATE, 1, REQUEST(2, 100), 0);
  assert_int_equal(fake_entries.last[0], (int64_t)panamem_self);
  char *large = panamem_upcall_calloc(OBJ, 1000, 50);
  assert_last(PANAMEM_ENTRY_ALLOCATE, 2, REQUEST(2, 50000), 1);
  assert_int_equal(large[49999], 0);
  void *empty = panamem_upcall_malloc(OBJ, 0);
  assert_non_null(empty);
  assert_last(PANAMEM_ENTRY_ALLOCATE, 3, REQUEST(2, 0), 0);
  fill_block(small, 100, 1);
  void *moved = panamem_upcall_realloc(OBJ, small, 1000);
  assert_last(PANAMEM_ENTRY_REALLOCATE, 1, (int64_t)small, REQUEST(2, 1000));
  assert_true(block_holds(moved, 100, 1));
  assert_ptr_equal(panamem_upcall_realloc(OBJ, large, 49000), large);
  assert_int_equal(panamem_self->resizes, 1);
  assert_non_null(panamem_upcall_realloc(OBJ, NULL, 5));
  assert_int_equal(fake_entries.calls[PANAMEM_ENTRY_ALLOCATE], 4);
  panamem_upcall_free(OBJ, moved);
  assert_last(PANAMEM_ENTRY_FREE, 1, (int64_t)moved, 0);
  panamem_upcall_free(OBJ, large);
  panamem_upcall_free(OBJ, NULL);
  assert_int_equal(fake_crossings(), 8);
  assert_int_equal(panamem_self->crossings, 8);
  assert_int_equal(panamem_self->large_allocations, 1);
  assert_heap_sound();
}

static void java_finds_all_magazines_open(void **state) {
  (void)state;
  panamem_upcall_malloc(OBJ, 1);
  for (uint32_t bin = 0; bin < PANAMEM_BINS; bin++) { /* beyond the first slots the thread's cap decides */
    uint32_t most = panamem_heap.classes[bin % PANAMEM_CLASS_SLOTS].magazine_most;
    uint32_t first = most < 7 ? most : 7;
    assert_in_range(panamem_magazine_capacity(&panamem_self->magazines[bin]), first, first == 0 ? 0 : 31);
  }
  uint32_t least_class = 1;
  assert_int_equal(panamem_magazine_capacity(&panamem_self->magazines[least_class]), 31);
}

static void contents_survive_random_resizes(void **state) {
  (void)state;
  uint64_t random = random_seed();
  uint64_t bytes = 1;
  void *block = panamem_upcall_malloc(OBJ, bytes);
  fill_block(block, bytes, 3);
  for (int i = 0; i < 2000; i++) {
    panamem_state_set(random_below(&random, 4) == 0 ? PANAMEM_STATE_BOOTING : PANAMEM_STATE_READY);
    uint64_t next = 1 + random_bytes(&random, 200000);
    block = panamem_upcall_realloc(OBJ, block, next);
    assert_true(block_holds(block, next < bytes ? next : bytes, 3));
    fill_block(block, next, 3);
    bytes = next;
  }
  assert_heap_sound();
}

static void a_shut_gate_means_the_arena_rows_on_the_same_magazines(void **state) {
  (void)state;
  void *block = panamem_upcall_malloc(OBJ, 200);
  panamem_state_set(PANAMEM_STATE_CHILD);
  uint64_t crossings = fake_crossings();
  panamem_upcall_free(OBJ, block);
  assert_ptr_equal(panamem_upcall_malloc(OBJ, 200), block);
  block = panamem_upcall_realloc(OBJ, block, 60000);
  assert_true(panamem_is_ours(block));
  char *zero = panamem_upcall_calloc(OBJ, 3, 70);
  assert_int_equal(zero[209], 0);
  assert_int_equal(fake_crossings(), crossings);
  panamem_state_set(PANAMEM_STATE_READY);
  panamem_upcall_free(OBJ, block);
  panamem_upcall_free(OBJ, zero);
  assert_heap_sound();
}

static void a_refusal_is_a_null_and_leaves_the_block(void **state) {
  (void)state;
  void *block = panamem_upcall_malloc(OBJ, 100);
  fill_block(block, 100, 4);
  uint64_t crossings = fake_crossings();
  assert_null(panamem_upcall_malloc(OBJ, panamem_heap.range_bytes + 1)); /* refused before it crosses */
  assert_null(panamem_upcall_malloc(OBJ, SIZE_MAX));
  assert_null(panamem_upcall_calloc(OBJ, SIZE_MAX, 2));
  assert_null(panamem_upcall_realloc(OBJ, block, SIZE_MAX));
  assert_int_equal(fake_crossings(), crossings);
  fake_entries.refuses[PANAMEM_ENTRY_ALLOCATE] = fake_entries.refuses[PANAMEM_ENTRY_REALLOCATE] = true;
  assert_null(panamem_upcall_malloc(OBJ, 60000));
  assert_null(panamem_upcall_realloc(OBJ, block, 60000));
  assert_int_equal(panamem_self->large_allocations, 0);
  assert_int_equal(panamem_self->resizes, 0);
  assert_true(block_holds(block, 100, 4));
}

static void foreign_blocks_go_to_previous_without_crossing(void **state) {
  (void)state;
  void *block = panamem_upcall_realloc(OBJ, malloc(10), 5000);
  assert_false(panamem_is_ours(block));
  panamem_upcall_free(OBJ, block);
  assert_int_equal(fake_crossings(), 0);
}

static void free_refused(void *block) {
  fake_entries.refuses[PANAMEM_ENTRY_FREE] = true;
  panamem_upcall_free(OBJ, block);
}

static void realloc_of_nothing(void *address) {
  panamem_upcall_realloc(OBJ, address, 10);
}

static int java_in_child(void **state) {
  java_serves(state);
  panamem_state_set(PANAMEM_STATE_READY); /* no fork handlers here: the child crosses like the parent */
  return 0;
}

static void what_java_does_not_know_ends_the_process(void **state) {
  (void)state;
  void *block = panamem_upcall_malloc(OBJ, 100);
  struct capture child = capture(free_refused, block);
  assert_int_equal(child.signal, SIGABRT);
  assert_non_null(strstr(child.text, "panamem: free("));
  child = capture(realloc_of_nothing, (char *)panamem_heap.range_base + 50 * MIB);
  assert_int_equal(child.signal, SIGABRT);
  assert_non_null(strstr(child.text, "panamem: realloc("));
}

static void without_a_range_libc_serves(void **state) {
  (void)state;
  fake_start_refuses = true;
  void *block = panamem_upcall_malloc(OBJ, 100);
  fake_start_refuses = false;
  assert_false(panamem_is_ours(block));
  panamem_upcall_free(OBJ, block);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(every_call_crosses_once, java_serves),
      cmocka_unit_test_setup(java_finds_all_magazines_open, java_serves),
      cmocka_unit_test_setup(contents_survive_random_resizes, java_serves),
      cmocka_unit_test_setup(a_shut_gate_means_the_arena_rows_on_the_same_magazines, java_serves),
      cmocka_unit_test_setup(a_refusal_is_a_null_and_leaves_the_block, java_serves),
      cmocka_unit_test_setup(foreign_blocks_go_to_previous_without_crossing, java_serves),
      cmocka_unit_test_setup(what_java_does_not_know_ends_the_process, java_in_child),
      cmocka_unit_test_setup(without_a_range_libc_serves, java_serves),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
