/* SPDX-License-Identifier: Apache-2.0
 *
 * Whatever is in a block, and however it is zeroed: it reads as zero, and only one of which little was touched gives its
 * pages away.
 */
#include "fixture.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../fallback.h"
#include "../heap.h"
#include "../zero.h"

#define BYTES (1u << 20)
#define OS_PAGES_MOST (BYTES / 4096)

static unsigned char *block;

static int one_block(void **state) {
  (void)state;
  heap_fresh(64 * MIB);
  block = panamem_fallback_allocate(2, BYTES, false, PANAMEM_FALLBACK_BOOT);
  assert_non_null(block);
  return 0;
}

static size_t resident_bytes(void) {
  unsigned char pages[OS_PAGES_MOST];
  size_t bytes = 0, page_bytes = (size_t)getpagesize();
  assert_int_equal(mincore(block, BYTES, pages), 0);
  for (size_t page = 0; page < BYTES / page_bytes; page++) {
    bytes += (pages[page] & 1) * page_bytes;
  }
  return bytes;
}

static bool reads_as_zero(size_t bytes) {
  return block[0] == 0 && memcmp(block, block + 1, bytes - 1) == 0;
}

static void every_pattern_and_length_reads_as_zero(void **state) {
  (void)state;
  uint64_t random = random_seed();
  for (int round = 0; round < 400; round++) {
    size_t bytes = 300 * 1024 + random_below(&random, BYTES - 300 * 1024 + 1);
    size_t marks = round % 40 < 20 ? 3 : 3000; /* sparse for some time, then dense */
    for (size_t i = 0; i < marks; i++) {
      block[random_below(&random, bytes)] = 0xee;
    }
    block[bytes - 1] = 0xee;
    assert_ptr_equal(panamem_zero_large(block, bytes), block);
    assert_true(reads_as_zero(bytes));
  }
}

static void a_sparse_block_gives_its_pages_away(void **state) {
  (void)state;
  block[0] = block[BYTES - 1] = 0xee;
  panamem_zero_large(block, BYTES);
  assert_int_equal(resident_bytes(), 0);
  assert_true(reads_as_zero(BYTES));
}

static void a_dense_block_keeps_them(void **state) {
  (void)state;
  memset(block, 0xee, BYTES);
  panamem_zero_large(block, BYTES);
  assert_int_equal(resident_bytes(), BYTES);
  assert_true(reads_as_zero(BYTES));
}

static void a_short_one_is_written(void **state) {
  (void)state;
  block[0] = 0xee;
  panamem_zero_large(block, 64 * 1024);
  assert_in_range(resident_bytes(), 64 * 1024, 65 * 1024);
}

static void an_answer_is_believed_for_a_while(void **state) {
  (void)state;
  block[0] = 0xee;
  panamem_zero_large(block, BYTES);
  size_t given_away = 0;
  for (int round = 0; round < 32; round++) {
    memset(block, 0xee, BYTES);
    panamem_zero_large(block, BYTES);
    given_away += resident_bytes() == 0;
  }
  assert_int_equal(given_away, 15);
}

static void locked_pages_are_written(void **state) {
  (void)state;
  block[0] = block[BYTES - 1] = 0xee;
  if (mlock(block, 4096) != 0) {
    skip();
  }
  panamem_zero_large(block, BYTES);
  assert_true(reads_as_zero(BYTES));
  munlock(block, 4096);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(every_pattern_and_length_reads_as_zero, one_block),
      cmocka_unit_test_setup(a_sparse_block_gives_its_pages_away, one_block),
      cmocka_unit_test_setup(a_dense_block_keeps_them, one_block),
      cmocka_unit_test_setup(a_short_one_is_written, one_block),
      cmocka_unit_test_setup(an_answer_is_believed_for_a_while, one_block),
      cmocka_unit_test_setup(locked_pages_are_written, one_block),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
