/* SPDX-License-Identifier: Apache-2.0
 *
 * The range: where it begins and ends, that it costs nothing and lets nobody in, and what happens when the OS refuses.
 */
#include "fixture.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "../heap.h"
#include "../range.h"
#include "capture.h"

/* The kernel reads the byte for us: no fault when it must not be read. */
static bool readable(const void *address) {
  int ends[2];
  assert_int_equal(pipe(ends), 0);
  bool written = write(ends[1], address, 1) == 1;
  close(ends[0]);
  close(ends[1]);
  return written;
}

static int release(void **state) {
  (void)state;
  panamem_range_release();
  return 0;
}

static void reserves_what_is_asked_aligned_to_an_arena(void **state) {
  (void)state;
  assert_true(panamem_range_reserve(100 * MIB + 12345));
  assert_int_equal(panamem_heap.range_bytes, 100 * MIB);
  assert_int_equal(panamem_heap.range_base % PANAMEM_ARENA_BYTES, 0);
  assert_int_equal(panamem_heap.abi_version, PANAMEM_ABI_VERSION);
  assert_int_equal(panamem_heap.heap_bytes, sizeof panamem_heap);
  assert_int_equal(panamem_heap.page_heap.arenas_taken, 1);
  assert_int_equal(panamem_heap.page_heap.arenas_most, 100);
  assert_int_equal(panamem_heap.classes[1].block_bytes, 16);
  assert_heap_sound();
}

static void one_comparison_tells_ours_from_foreign(void **state) {
  (void)state;
  assert_false(panamem_is_ours(NULL));
  assert_true(panamem_range_reserve(64 * MIB));
  char *base = (char *)panamem_heap.range_base;
  char *end = base + 64 * MIB;
  int local;
  assert_false(panamem_is_ours(base - 1));
  assert_true(panamem_is_ours(base));
  assert_true(panamem_is_ours(end - 1));
  assert_false(panamem_is_ours(end));
  assert_false(panamem_is_ours(NULL));
  assert_false(panamem_is_ours(&local));
  assert_int_equal(panamem_page_of(end - 1), 64 * MIB / PANAMEM_PAGE_BYTES - 1);
  assert_ptr_equal(panamem_page_address(panamem_page_of(base + PANAMEM_PAGE_BYTES + 5)), base + PANAMEM_PAGE_BYTES);
}

static void nothing_is_accessible_and_the_tables_read_as_zero_to_their_ends(void **state) {
  (void)state;
  assert_true(panamem_range_reserve(64 * MIB));
  char *base = (char *)panamem_heap.range_base;
  assert_false(readable(base));
  assert_false(readable(base + PANAMEM_ARENA_BYTES));
  assert_false(readable(base + 64 * MIB - 1));
  uint32_t last = 64 * MIB / PANAMEM_PAGE_BYTES - 1;
  assert_int_equal(panamem_page_map()[last], 0);
  assert_int_equal(panamem_back_map()[last], 0);
  assert_int_equal(panamem_record(last)->state, PANAMEM_PAGE_INSIDE);
  panamem_record(last)->bitmap[PANAMEM_BITMAP_WORDS_PER_PAGE - 1] = ~0ull;
  assert_int_equal(panamem_page_map()[0], 0);
}

static void limits_that_nobody_set_are_none(void **state) {
  (void)state;
  panamem_heap.page_heap.limit_bytes = 5 * MIB;
  panamem_heap.page_heap.domain_limit_bytes[1] = 3 * MIB;
  assert_true(panamem_range_reserve(64 * MIB));
  assert_int_equal(panamem_heap.page_heap.limit_bytes, 5 * MIB);
  assert_true(panamem_heap.page_heap.domain_limit_bytes[0] == UINT64_MAX);
  assert_int_equal(panamem_heap.page_heap.domain_limit_bytes[1], 3 * MIB);
  assert_true(panamem_heap.page_heap.domain_limit_bytes[2] == UINT64_MAX);
  panamem_range_release();
  assert_true(panamem_range_reserve(64 * MIB));
  assert_true(panamem_heap.page_heap.limit_bytes == UINT64_MAX);
}

static void release_unmaps_and_forgets(void **state) {
  (void)state;
  assert_true(panamem_range_reserve(64 * MIB));
  char *base = (char *)panamem_heap.range_base;
  const void *records = panamem_record(0);
  panamem_range_release();
  assert_false(panamem_is_ours(base));
  assert_int_equal(panamem_heap.range_bytes, 0);
  assert_false(readable(records));
  panamem_range_release(); /* harmless */
}

static void default_is_at_least_64_gib_without_a_limit(void **state) {
  (void)state;
  uint64_t bytes = panamem_range_default_bytes();
  assert_true(bytes >= 64ull << 30);
  assert_int_equal(bytes & (bytes - 1), 0);
}

/* ---- Under RLIMIT_AS, in a child ----------------------------------------------------------------------------------------- */

static void limit_address_space(uint64_t bytes) {
  struct rlimit limit = {bytes, bytes};
  if (setrlimit(RLIMIT_AS, &limit) != 0) {
    _exit(99);
  }
}

static void default_under_limit(void *argument) {
  (void)argument;
  limit_address_space(2ull << 30);
  uint64_t bytes = panamem_range_default_bytes();
  _exit(bytes == 512 * MIB ? 0 : 1);
}

static void reserve_under_limit(void *argument) {
  (void)argument;
  limit_address_space(700 * MIB);
  /* 4 GiB, 2 GiB and 1 GiB are refused. */
  _exit(panamem_range_reserve(4ull << 30) && panamem_heap.range_bytes == 512 * MIB ? 0 : 1);
}

static void refuse_under_limit(void *argument) {
  (void)argument;
  limit_address_space(60 * MIB);
  bool reserved = panamem_range_reserve(4ull << 30);
  _exit(!reserved && panamem_heap.range_bytes == 0 && !panamem_is_ours(&reserved) ? 0 : 1);
}

static void a_limited_address_space_gets_a_smaller_range(void **state) {
  (void)state;
  if (SANITIZED) {
    skip();
  }
  assert_int_equal(capture(default_under_limit, NULL).status, 0);
  assert_int_equal(capture(reserve_under_limit, NULL).status, 0);
}

static void below_the_least_range_the_answer_is_no(void **state) {
  (void)state;
  if (SANITIZED) {
    skip();
  }
  assert_int_equal(capture(refuse_under_limit, NULL).status, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_teardown(reserves_what_is_asked_aligned_to_an_arena, release),
      cmocka_unit_test_teardown(one_comparison_tells_ours_from_foreign, release),
      cmocka_unit_test_teardown(nothing_is_accessible_and_the_tables_read_as_zero_to_their_ends, release),
      cmocka_unit_test_teardown(limits_that_nobody_set_are_none, release),
      cmocka_unit_test_teardown(release_unmaps_and_forgets, release),
      cmocka_unit_test_teardown(default_is_at_least_64_gib_without_a_limit, release),
      cmocka_unit_test_teardown(a_limited_address_space_gets_a_smaller_range, release),
      cmocka_unit_test_teardown(below_the_least_range_the_answer_is_no, release),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
