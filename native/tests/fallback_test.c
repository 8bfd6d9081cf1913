/* SPDX-License-Identifier: Apache-2.0
 *
 * The fallback's operations one by one: magazines filled and emptied, single blocks, large blocks, and its count of itself.
 */
#include "fixture.h"

#include <string.h>

#include "../fallback.h"
#include "../heap.h"
#include "../slots.h"
#include "../thread.h"

#define BIN (1u << PANAMEM_BIN_SHIFT | 6) /* MEM, 96 bytes */

static int fresh(void **state) {
  (void)state;
  heap_fresh(64 * MIB);
  return 0;
}

static uint64_t served(uint32_t reason) {
  return panamem_heap.fallback_blocks[reason];
}

static struct panamem_magazine *open_magazine(uint32_t bin) {
  panamem_slots_grow(panamem_self, bin);
  return &panamem_self->magazines[bin];
}

static void refill_pushes_on_top_and_flush_takes_from_the_bottom(void **state) {
  (void)state;
  struct panamem_magazine *magazine = open_magazine(BIN);
  assert_int_equal(panamem_fallback_refill(panamem_self, BIN, 4, PANAMEM_FALLBACK_CHILD), 4);
  assert_int_equal(magazine->top - magazine->base, 4);
  assert_true((char *)magazine->top[0] < (char *)magazine->top[-1]);
  void *bottom = magazine->base[1];
  assert_int_equal(panamem_fallback_refill(panamem_self, BIN, 2, PANAMEM_FALLBACK_CHILD), 2);
  assert_ptr_equal(magazine->base[1], bottom);
  assert_int_equal(served(PANAMEM_FALLBACK_CHILD), 6);
  assert_int_equal(panamem_fallback_flush(panamem_self, BIN, 2), 2);
  assert_int_equal(panamem_heap.bins[BIN].blocks_out, 4);
  magazine->top -= 2; /* the caller closes the gap */
  memmove(magazine->base + 1, magazine->base + 3, 4 * sizeof magazine->base[0]);
  assert_heap_sound();
}

static void flush_stops_at_what_cannot_be_freed(void **state) {
  (void)state;
  struct panamem_magazine *magazine = open_magazine(BIN);
  panamem_fallback_refill(panamem_self, BIN, 3, PANAMEM_FALLBACK_BOOT);
  magazine->base[3] = magazine->base[2];
  assert_int_equal(panamem_fallback_flush(panamem_self, BIN, 3), 2);
}

static void single_blocks_count_as_handed_out(void **state) {
  (void)state;
  char *block = panamem_fallback_take(BIN, PANAMEM_FALLBACK_SHUTDOWN);
  assert_non_null(block);
  memset(block, 1, 96);
  assert_int_equal(panamem_heap.bins[BIN].allocations, 1);
  assert_int_equal(served(PANAMEM_FALLBACK_SHUTDOWN), 1);
  assert_false(panamem_fallback_free(block + 16));
  assert_true(panamem_fallback_free(block));
  assert_false(panamem_fallback_free(block));
  panamem_heap.page_heap.limit_bytes = 1;
  assert_null(panamem_fallback_take(2 << PANAMEM_BIN_SHIFT | 9, PANAMEM_FALLBACK_SHUTDOWN));
  assert_int_equal(served(PANAMEM_FALLBACK_SHUTDOWN), 1);
}

static void large_blocks_are_whole_pages_of_their_domain(void **state) {
  (void)state;
  static const uint64_t sizes[] = {32769, 49152, 49153, 1 << 20, (1 << 20) + 1, 5000000};
  for (uint32_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
    uint32_t domain = i % PANAMEM_DOMAINS;
    uint64_t pages = (sizes[i] + PANAMEM_PAGE_BYTES - 1) / PANAMEM_PAGE_BYTES;
    char *block = panamem_fallback_allocate(domain, sizes[i], false, PANAMEM_FALLBACK_STACK);
    memset(block, 0xab, sizes[i]);
    assert_int_equal((uint64_t)block % PANAMEM_PAGE_BYTES, 0);
    assert_int_equal(panamem_heap.page_heap.large_bytes[domain], pages * PANAMEM_PAGE_BYTES);
    assert_int_equal(panamem_heap.page_heap.large_count[domain], 1);
    assert_int_equal(panamem_record(panamem_page_of(block))->request_bytes, sizes[i]);
    assert_heap_sound();
    assert_false(panamem_fallback_free(block + 16));
    assert_false(panamem_fallback_free(block + PANAMEM_PAGE_BYTES));
    assert_true(panamem_fallback_free(block));
    assert_false(panamem_fallback_free(block));
    assert_int_equal(panamem_heap.page_heap.large_count[domain], 0);
    assert_heap_sound();
  }
  assert_int_equal(served(PANAMEM_FALLBACK_STACK), 6);
  assert_int_equal(panamem_heap.page_heap.large_total[0], 2);
  assert_true(panamem_heap.page_heap.large_peak_bytes[2] >= 5000000);
}

static void zeroed_blocks_are_zero_on_dirty_pages_too(void **state) {
  (void)state;
  char *dirty = panamem_fallback_allocate(0, 100000, false, PANAMEM_FALLBACK_BOOT);
  memset(dirty, 0xff, 100000);
  assert_true(panamem_fallback_free(dirty));
  char *block = panamem_fallback_allocate(0, 50000, true, PANAMEM_FALLBACK_BOOT);
  assert_ptr_equal(block, dirty);
  for (int i = 0; i < 50000; i++) {
    assert_int_equal(block[i], 0);
  }
}

static void resize_keeps_the_place_while_more_than_half_is_used(void **state) {
  (void)state;
  uint64_t usable = 10 * PANAMEM_PAGE_BYTES;
  char *block = panamem_fallback_allocate(1, usable - 5, false, PANAMEM_FALLBACK_BOOT);
  assert_true(panamem_fallback_resize(block, usable));
  assert_false(panamem_fallback_resize(block, usable + 1));
  assert_true(panamem_fallback_resize(block, usable / 2 + 1));
  assert_int_equal(panamem_record(panamem_page_of(block))->request_bytes, usable / 2 + 1);
  assert_false(panamem_fallback_resize(block, usable / 2));
  assert_false(panamem_fallback_resize(block + PANAMEM_PAGE_BYTES, usable));
  assert_int_equal(panamem_record(panamem_page_of(block))->request_bytes, usable / 2 + 1);
  assert_heap_sound();
}

static void what_no_range_can_hold_is_refused(void **state) {
  (void)state;
  assert_null(panamem_fallback_allocate(0, SIZE_MAX, false, PANAMEM_FALLBACK_BOOT));
  assert_null(panamem_fallback_allocate(0, panamem_heap.range_bytes + 1, false, PANAMEM_FALLBACK_BOOT));
  assert_null(panamem_fallback_allocate(0, panamem_heap.range_bytes, false, PANAMEM_FALLBACK_BOOT));
  assert_int_equal(panamem_heap.page_heap.refused_os, 3);
  assert_int_equal(served(PANAMEM_FALLBACK_BOOT), 0);
  assert_heap_sound();
}

static void addresses_that_nobody_handed_out_are_not_live(void **state) {
  (void)state;
  char *base = (char *)panamem_heap.range_base;
  assert_false(panamem_fallback_free(base));
  assert_false(panamem_fallback_free(base + PANAMEM_ARENA_BYTES));
  assert_false(panamem_fallback_free(base + panamem_heap.range_bytes - 1));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(refill_pushes_on_top_and_flush_takes_from_the_bottom, fresh),
      cmocka_unit_test_setup(flush_stops_at_what_cannot_be_freed, fresh),
      cmocka_unit_test_setup(single_blocks_count_as_handed_out, fresh),
      cmocka_unit_test_setup(large_blocks_are_whole_pages_of_their_domain, fresh),
      cmocka_unit_test_setup(zeroed_blocks_are_zero_on_dirty_pages_too, fresh),
      cmocka_unit_test_setup(resize_keeps_the_place_while_more_than_half_is_used, fresh),
      cmocka_unit_test_setup(what_no_range_can_hold_is_refused, fresh),
      cmocka_unit_test_setup(addresses_that_nobody_handed_out_are_not_live, fresh),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
