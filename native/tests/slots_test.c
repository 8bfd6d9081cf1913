/* SPDX-License-Identifier: Apache-2.0
 *
 * How magazines grow, shrink and share the thread's cap; what is in them stays in place.
 */
#include "fixture.h"

#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "../heap.h"
#include "../slots.h"
#include "../thread.h"
#include "capture.h"

static uint64_t default_cap;

static int fresh(void **state) {
  (void)state;
  heap_fresh(64 * MIB);
  default_cap = default_cap == 0 ? panamem_magazine_cap_bytes : default_cap;
  panamem_magazine_cap_bytes = default_cap;
  return 0;
}

static struct panamem_magazine *magazine_of(uint32_t bin) {
  return &panamem_self->magazines[bin];
}

static void magazines_begin_shut(void **state) {
  (void)state;
  for (uint32_t bin = 0; bin < PANAMEM_BINS; bin++) {
    const struct panamem_magazine *magazine = magazine_of(bin);
    assert_ptr_equal(magazine->top, magazine->base);
    assert_ptr_equal(magazine->limit, magazine->base);
    assert_null(*magazine->base);
  }
}

static void each_grows_from_a_cache_line_to_its_most(void **state) {
  (void)state;
  panamem_magazine_cap_bytes = UINT64_MAX;
  for (uint32_t bin = 0; bin < PANAMEM_BINS; bin++) {
    uint32_t most = panamem_heap.classes[bin % PANAMEM_CLASS_SLOTS].magazine_most;
    uint32_t expected = 7 < most ? 7 : most;
    while (panamem_slots_grow(panamem_self, bin) == PANAMEM_GROWN) {
      assert_int_equal(panamem_magazine_capacity(magazine_of(bin)), expected);
      expected = 2 * expected + 1 < most ? 2 * expected + 1 : most;
    }
    assert_int_equal(panamem_magazine_capacity(magazine_of(bin)), most);
    assert_int_equal(panamem_slots_grow(panamem_self, bin), PANAMEM_AT_MOST);
  }
  assert_heap_sound(); /* magazine_bytes is the sum of what is granted */
}

static void bins_that_are_no_size_class_stay_shut(void **state) {
  (void)state;
  assert_int_equal(panamem_slots_grow(panamem_self, PANAMEM_CLASS_NONE), PANAMEM_AT_MOST);
  assert_int_equal(panamem_slots_grow(panamem_self, 1 << PANAMEM_BIN_SHIFT | PANAMEM_CLASS_LARGE), PANAMEM_AT_MOST);
  assert_int_equal(panamem_magazine_capacity(magazine_of(1 << PANAMEM_BIN_SHIFT | PANAMEM_CLASS_LARGE)), 0);
}

static void put(uint32_t bin, uintptr_t from, uintptr_t count) {
  for (uintptr_t i = from; i < from + count; i++) {
    *++magazine_of(bin)->top = (void *)i;
  }
}

static void assert_holds(uint32_t bin, uintptr_t from, uintptr_t count) {
  const struct panamem_magazine *magazine = magazine_of(bin);
  assert_null(magazine->base[0]);
  assert_int_equal(magazine->top - magazine->base, count);
  for (uintptr_t i = 0; i < count; i++) {
    assert_int_equal(magazine->base[1 + i], from + i);
  }
}

static void blocks_stay_while_the_slots_move(void **state) {
  (void)state;
  panamem_slots_grow(panamem_self, 1);
  put(1, 100, 7);
  panamem_slots_grow(panamem_self, 1);
  assert_holds(1, 100, 7);
  put(1, 107, 8);
  panamem_slots_grow(panamem_self, 1);
  assert_holds(1, 100, 15);
  magazine_of(1)->top -= 0;
  panamem_slots_shrink(panamem_self, 1);
  assert_holds(1, 100, 15);
  assert_int_equal(panamem_magazine_capacity(magazine_of(1)), 15);
  assert_int_equal(panamem_self->magazine_bytes, 15 * 16);
  magazine_of(1)->top = magazine_of(1)->base; /* they are no blocks */
}

/* How often the bin's magazine misses before it grows again. */
static uint32_t misses_until_grown(uint32_t bin) {
  uint32_t misses = 0;
  enum panamem_growth growth;
  while ((growth = panamem_slots_grow(panamem_self, bin)) == PANAMEM_OVER_CAP && misses < 10000) {
    misses++;
  }
  assert_int_equal(growth, PANAMEM_GROWN);
  return misses;
}

#define MISSES_FOR_ALL 1024
#define BIN_4K 47

static void beyond_the_cap_only_first_slots_are_granted(void **state) {
  (void)state;
  panamem_magazine_cap_bytes = 7 * 16 + 8 * 16;
  assert_int_equal(panamem_slots_grow(panamem_self, 1), PANAMEM_GROWN);
  assert_int_equal(misses_until_grown(1), MISSES_FOR_ALL); /* exactly the cap */
  assert_int_equal(panamem_slots_grow(panamem_self, 1), PANAMEM_OVER_CAP);
  for (uint32_t class = 2; class <= PANAMEM_CLASS_COUNT; class++) {
    assert_int_equal(panamem_slots_grow(panamem_self, class), PANAMEM_GROWN);
    assert_int_not_equal(panamem_slots_grow(panamem_self, class), PANAMEM_GROWN);
  }
  assert_int_equal(panamem_magazine_capacity(magazine_of(1)), 15);
  assert_heap_sound();
}

static void a_thread_that_goes_on_missing_is_granted_more(void **state) {
  (void)state;
  panamem_magazine_cap_bytes = 4 << 20;
  while (panamem_slots_grow(panamem_self, BIN_4K) == PANAMEM_GROWN) {
  }
  uint64_t first_bytes = panamem_self->magazine_bytes;
  assert_in_range(first_bytes, (1 << 20) / 2, 1 << 20); /* the next doubling would be beyond a quarter */
  assert_in_range(misses_until_grown(BIN_4K), 10, MISSES_FOR_ALL / 2);
  assert_in_range(misses_until_grown(BIN_4K), 100, MISSES_FOR_ALL); /* more misses for more bytes */
  assert_in_range(panamem_self->magazine_bytes, 2 * first_bytes, panamem_magazine_cap_bytes);
  panamem_self = panamem_thread_make();
  while (panamem_slots_grow(panamem_self, BIN_4K) == PANAMEM_GROWN) {
  }
  assert_int_equal(panamem_self->magazine_bytes, first_bytes); /* another thread begins anew */
}

static void the_victim_is_granted_most_and_more_than_twice_as_much(void **state) {
  (void)state;
  panamem_magazine_cap_bytes = UINT64_MAX;
  panamem_slots_grow(panamem_self, 2);
  assert_int_equal(panamem_slots_victim(panamem_self, 2), PANAMEM_BINS); /* alone */
  panamem_slots_grow(panamem_self, 8);
  assert_int_equal(panamem_slots_victim(panamem_self, 2), PANAMEM_BINS); /* first slots are never taken */
  panamem_slots_grow(panamem_self, 8);
  assert_int_equal(panamem_slots_victim(panamem_self, 2), 8);
  panamem_slots_grow(panamem_self, 16);
  panamem_slots_grow(panamem_self, 16);
  assert_int_equal(panamem_slots_victim(panamem_self, 2), 16);
  assert_int_equal(panamem_slots_victim(panamem_self, 8), PANAMEM_BINS); /* exactly twice as much */
  assert_int_equal(panamem_slots_victim(panamem_self, 16), PANAMEM_BINS);
}

static void close_shuts_all_and_gives_the_slots_back(void **state) {
  (void)state;
  for (int round = 0; round < 2; round++) {
    void **base = NULL;
    for (uint32_t bin = 0; bin < PANAMEM_BINS; bin++) {
      panamem_slots_grow(panamem_self, bin);
    }
    base = round == 0 ? magazine_of(5)->base : base;
    panamem_slots_close(panamem_self);
    panamem_self->magazine_bytes = 0; /* the struct is not used again outside this test */
    magazines_begin_shut(NULL);
    assert_true(base == NULL || base != magazine_of(5)->base);
  }
}

/* In a child: the OS refuses metadata memory, so nothing opens and nothing is lost. */
static void grow_without_memory(void *argument) {
  (void)argument;
  struct rlimit none = {1, RLIM_INFINITY};
  setrlimit(RLIMIT_AS, &none);
  panamem_magazine_cap_bytes = UINT64_MAX;
  uint32_t refused = 0;
  for (uint32_t bin = 0; bin < PANAMEM_BINS; bin++) {
    enum panamem_growth growth;
    while ((growth = panamem_slots_grow(panamem_self, bin)) == PANAMEM_GROWN) {
    }
    const struct panamem_magazine *magazine = magazine_of(bin);
    uint32_t most = panamem_heap.classes[bin % PANAMEM_CLASS_SLOTS].magazine_most;
    refused += panamem_magazine_capacity(magazine) < most;
    if (growth != PANAMEM_AT_MOST || *magazine->base != NULL || magazine->top != magazine->base) {
      _exit(1);
    }
  }
  char text[256];
  _exit(refused > 0 && heap_check(text, sizeof text) ? 0 : 2);
}

static void no_memory_for_slots_leaves_magazines_as_they_are(void **state) {
  (void)state;
  if (SANITIZED) {
    skip();
  }
  struct capture child = capture(grow_without_memory, NULL);
  assert_int_equal(child.signal, 0);
  assert_int_equal(child.status, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(magazines_begin_shut, fresh),
      cmocka_unit_test_setup(each_grows_from_a_cache_line_to_its_most, fresh),
      cmocka_unit_test_setup(bins_that_are_no_size_class_stay_shut, fresh),
      cmocka_unit_test_setup(blocks_stay_while_the_slots_move, fresh),
      cmocka_unit_test_setup(beyond_the_cap_only_first_slots_are_granted, fresh),
      cmocka_unit_test_setup(a_thread_that_goes_on_missing_is_granted_more, fresh),
      cmocka_unit_test_setup(the_victim_is_granted_most_and_more_than_twice_as_much, fresh),
      cmocka_unit_test_setup(close_shuts_all_and_gives_the_slots_back, fresh),
      cmocka_unit_test_setup(no_memory_for_slots_leaves_magazines_as_they_are, fresh),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
