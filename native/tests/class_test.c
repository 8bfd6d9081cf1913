/* SPDX-License-Identifier: Apache-2.0
 *
 * Size classes against a second, slow computation: for every size, every class and every offset of the largest pool.
 */
#include "cmocka_all.h"

#include <stdbool.h>
#include <string.h>

#include "../class.h"

static struct panamem_class classes[PANAMEM_CLASS_SLOTS];
static uint32_t model_bytes[PANAMEM_CLASS_COUNT + 1];

static int fill(void **state) {
  (void)state;
  memset(classes, 0, sizeof classes);
  panamem_classes_fill(classes);
  uint32_t count = 0;
  for (uint32_t bytes = 16; bytes <= 512; bytes += 16) {
    model_bytes[++count] = bytes;
  }
  for (uint32_t base = 512; base < 32768; base *= 2) {
    model_bytes[++count] = base + base / 8;
    for (uint32_t quarter = 1; quarter <= 4; quarter++) {
      model_bytes[++count] = base + base / 4 * quarter;
    }
  }
  assert_int_equal(count, PANAMEM_CLASS_COUNT);
  return 0;
}

static void every_size_has_the_smallest_class_that_holds_it(void **state) {
  (void)state;
  uint32_t class = 0;
  for (size_t bytes = 0; bytes <= PANAMEM_SMALL_MAX_BYTES; bytes++) {
    class += bytes > model_bytes[class];
    assert_int_equal(panamem_class_of(bytes), class);
    if (bytes > PANAMEM_LINEAR_MAX_BYTES - PANAMEM_ALIGNMENT) {
      assert_int_equal(panamem_class_of_long(bytes), class);
    }
  }
  assert_int_equal(class, PANAMEM_CLASS_COUNT);
}

static void table_holds_the_block_bytes_and_nothing_in_other_slots(void **state) {
  (void)state;
  static const struct panamem_class none;
  for (uint32_t class = 0; class < PANAMEM_CLASS_SLOTS; class++) {
    bool is_class = class >= 1 && class <= PANAMEM_CLASS_COUNT;
    assert_int_equal(classes[class].block_bytes, is_class ? model_bytes[class] : 0);
    assert_int_equal(classes[class].block_bytes % PANAMEM_ALIGNMENT, 0);
    assert_true(is_class || memcmp(&classes[class], &none, sizeof none) == 0);
  }
}

static void reciprocal_divides_exactly(void **state) {
  (void)state;
  for (uint32_t class = 1; class <= PANAMEM_CLASS_COUNT; class++) {
    uint64_t bytes = classes[class].block_bytes;
    for (uint64_t offset = 0; offset < PANAMEM_POOL_MAX_PAGES * PANAMEM_PAGE_BYTES; offset++) {
      if (offset * classes[class].reciprocal >> PANAMEM_RECIPROCAL_SHIFT != offset / bytes) {
        fail_msg("%lu / %lu", offset, bytes);
      }
    }
  }
}

static void pools_fit_their_bitmap_and_waste_little(void **state) {
  (void)state;
  for (uint32_t class = 1; class <= PANAMEM_CLASS_COUNT; class++) {
    uint32_t first = classes[class].pool_pages_first;
    uint32_t most = classes[class].pool_pages_most;
    assert_in_range(first, 1, most);
    assert_in_range(most, first, PANAMEM_POOL_MAX_PAGES);
    assert_int_equal(first & (first - 1), 0);
    assert_int_equal(most & (most - 1), 0);
    uint32_t bytes = classes[class].block_bytes;
    for (uint32_t pages = first; pages <= most; pages *= 2) {
      uint32_t blocks = pages * PANAMEM_PAGE_BYTES / bytes;
      /* Records of the run's pages, less the fields before the bitmap of the first. */
      uint32_t bitmap_bits = (pages * 256 - 64) * 8;
      assert_in_range(blocks, 4, bitmap_bits);
      assert_in_range(pages * PANAMEM_PAGE_BYTES % bytes, 0, pages * PANAMEM_PAGE_BYTES / 8);
    }
  }
}

static void magazines_hold_some_blocks_and_at_most_their_slots(void **state) {
  (void)state;
  for (uint32_t class = 1; class <= PANAMEM_CLASS_COUNT; class++) {
    assert_in_range(classes[class].magazine_most, 2, 2047);
    assert_true(class == 1 || classes[class].magazine_most <= classes[class - 1].magazine_most);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_size_has_the_smallest_class_that_holds_it),
      cmocka_unit_test(table_holds_the_block_bytes_and_nothing_in_other_slots),
      cmocka_unit_test(reciprocal_divides_exactly),
      cmocka_unit_test(pools_fit_their_bitmap_and_waste_little),
      cmocka_unit_test(magazines_hold_some_blocks_and_at_most_their_slots),
  };
  return cmocka_run_group_tests(tests, fill, NULL);
}
