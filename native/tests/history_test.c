/* SPDX-License-Identifier: Apache-2.0
 *
 * Histories of made-up addresses: no block is ever touched.
 */
#include "cmocka_all.h"

#include <pthread.h>

#include "../aside.h"
#include "../history.h"

#define AT(address) ((void *)(uintptr_t)(address))
#define BASE 0x7e1234560010ull

static struct panamem_history history;

static void a_live_block(void **state) {
  (void)state;
  panamem_history_begin(AT(BASE), 2, 77, 5);
  assert_true(panamem_history_of(AT(BASE), &history));
  assert_int_equal(history.state, PANAMEM_BLOCK_LIVE);
  assert_int_equal(history.block, BASE);
  assert_int_equal(history.domain, 2);
  assert_int_equal(history.bytes, 77);
  assert_int_equal(history.allocated_at, 5);
  assert_int_equal(history.freed_at, 0);
  assert_int_equal(history.serial, panamem_history_serial(AT(BASE)));
}

static void neighbours_have_no_part_in_it(void **state) {
  (void)state;
  panamem_history_begin(AT(BASE), 1, 1, 1);
  assert_false(panamem_history_of(AT(BASE + 8), &history));
  assert_int_equal(history.state, PANAMEM_BLOCK_UNKNOWN);
  assert_false(panamem_history_of(AT(BASE + 32), &history));
  assert_false(panamem_history_of(AT(BASE - 32), &history));
  assert_false(panamem_history_of(NULL, &history));
  assert_false(panamem_history_of(AT(UINT64_MAX), &history));
  assert_int_equal(panamem_history_serial(AT(BASE + 16)), 0);
}

static void serials_count_requests(void **state) {
  (void)state;
  panamem_history_begin(AT(BASE), 1, 1, 1);
  uint64_t first = panamem_history_serial(AT(BASE));
  panamem_history_begin(AT(BASE), 1, 1, 1);
  assert_int_equal(panamem_history_serial(AT(BASE)), first + 1);
}

static void the_first_end_counts(void **state) {
  (void)state;
  panamem_history_begin(AT(BASE), 0, 9, 3);
  assert_int_equal(panamem_history_end(AT(BASE), PANAMEM_BLOCK_FREED, 4), PANAMEM_BLOCK_LIVE);
  assert_int_equal(panamem_history_end(AT(BASE), PANAMEM_BLOCK_MOVED, 8), PANAMEM_BLOCK_FREED);
  assert_true(panamem_history_of(AT(BASE), &history));
  assert_int_equal(history.state, PANAMEM_BLOCK_FREED);
  assert_int_equal(history.freed_at, 4);
  assert_int_equal(history.allocated_at, 3);
  assert_int_equal(panamem_history_end(AT(BASE + 64), PANAMEM_BLOCK_FREED, 4), PANAMEM_BLOCK_UNKNOWN);
}

static void a_refused_realloc_is_undone(void **state) {
  (void)state;
  panamem_history_begin(AT(BASE), 1, 9, 3);
  panamem_history_of(AT(BASE), &history);
  struct panamem_history before = history;
  panamem_history_end(AT(BASE), PANAMEM_BLOCK_MOVED, 4);
  panamem_history_resume(&before);
  panamem_history_of(AT(BASE), &history);
  assert_memory_equal(&history, &before, sizeof history);
}

/* Its own history found no memory, or a block that shares its place has taken it; by now there would be memory. */
static void a_refused_realloc_of_an_unknown_block_teaches_nothing(void **state) {
  (void)state;
  assert_false(panamem_history_of(AT(BASE + (9 << 16)), &history));
  panamem_history_resume(&history);
  assert_false(panamem_history_of(AT(BASE + (9 << 16)), &history));
}

static void a_new_block_at_the_address_takes_its_place(void **state) {
  (void)state;
  panamem_history_begin(AT(BASE), 0, 9, 3);
  panamem_history_end(AT(BASE), PANAMEM_BLOCK_FREED, 4);
  panamem_history_begin(AT(BASE), 1, 10, 6);
  panamem_history_of(AT(BASE), &history);
  assert_int_equal(history.state, PANAMEM_BLOCK_LIVE);
  assert_int_equal(history.freed_at, 0);
}

static void addresses_in_a_block_and_its_padding_lead_to_it(void **state) {
  (void)state;
  const uint64_t block = 0x7d0000010010ull;
  panamem_history_begin(AT(block), 1, 100, 0);
  for (uint64_t at = block - 16; at < block + 108; at++) {
    assert_true(panamem_history_around(AT(at), &history));
    assert_int_equal(history.block, block);
  }
  assert_false(panamem_history_around(AT(block - 17), &history));
  assert_false(panamem_history_around(AT(block + 108), &history));
  panamem_history_begin(AT(block + 160), 1, 1, 0);
  panamem_history_end(AT(block + 160), PANAMEM_BLOCK_FREED, 0);
  assert_false(panamem_history_around(AT(block + 160), &history)); /* it is dead, and the one before it ends earlier */
}

/* The block begins many leaves below, and in another node. */
static void addresses_deep_in_a_large_block_lead_to_it(void **state) {
  (void)state;
  const uint64_t block = 0x7c7fffffff10ull;
  panamem_history_begin(AT(block), 1, 64 << 20, 0);
  assert_true(panamem_history_around(AT(block + (63 << 20)), &history));
  assert_int_equal(history.block, block);
  assert_false(panamem_history_around(AT(block + (65 << 20)), &history));
}

/* ---- A race ------------------------------------------------------------------------------------------------------------ */

#define ROUNDS 20000
static pthread_barrier_t barrier;
static int winners;

static void *end_all(void *argument) {
  (void)argument;
  for (uint64_t i = 0; i < ROUNDS; i++) {
    pthread_barrier_wait(&barrier);
    if (panamem_history_end(AT(BASE + 32 * i), PANAMEM_BLOCK_FREED, 1) == PANAMEM_BLOCK_LIVE) {
      __atomic_add_fetch(&winners, 1, __ATOMIC_RELAXED);
    }
  }
  return NULL;
}

static void of_two_threads_that_end_a_block_one_finds_it_live(void **state) {
  (void)state;
  for (uint64_t i = 0; i < ROUNDS; i++) {
    panamem_history_begin(AT(BASE + 32 * i), 0, 1, 1);
  }
  pthread_t other;
  pthread_barrier_init(&barrier, NULL, 2);
  pthread_create(&other, NULL, end_all, NULL);
  end_all(NULL);
  pthread_join(other, NULL);
  assert_int_equal(winners, ROUNDS);
}

/* ---- Bounds ------------------------------------------------------------------------------------------------------------ */

static void without_memory_nothing_is_remembered(void **state) {
  (void)state;
  assert_true(panamem_aside_lock());
  const uint64_t fresh = 0x100000000010ull;
  panamem_history_begin(AT(fresh), 0, 1, 1); /* as in a signal handler that interrupted the lock's holder */
  panamem_aside_unlock();
  assert_false(panamem_history_of(AT(fresh), &history));
  assert_int_equal(panamem_history_end(AT(fresh), PANAMEM_BLOCK_FREED, 1), PANAMEM_BLOCK_UNKNOWN);
  panamem_history_begin(AT(fresh), 0, 1, 1);
  assert_true(panamem_history_of(AT(fresh), &history));
}

static void memory_is_counted_and_bounded(void **state) {
  (void)state;
  uint64_t before = panamem_aside_bytes();
  assert_true(panamem_aside_lock());
  while (panamem_aside_allocate(1 << 20) != NULL) {
  }
  panamem_aside_unlock();
  assert_true(panamem_aside_bytes() > before);
  assert_true(panamem_aside_bytes() <= PANAMEM_ASIDE_MOST_BYTES);
  assert_true(panamem_aside_bytes() > PANAMEM_ASIDE_MOST_BYTES - (8 << 20));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_live_block),
      cmocka_unit_test(neighbours_have_no_part_in_it),
      cmocka_unit_test(serials_count_requests),
      cmocka_unit_test(the_first_end_counts),
      cmocka_unit_test(a_refused_realloc_is_undone),
      cmocka_unit_test(a_refused_realloc_of_an_unknown_block_teaches_nothing),
      cmocka_unit_test(a_new_block_at_the_address_takes_its_place),
      cmocka_unit_test(addresses_in_a_block_and_its_padding_lead_to_it),
      cmocka_unit_test(addresses_deep_in_a_large_block_lead_to_it),
      cmocka_unit_test(of_two_threads_that_end_a_block_one_finds_it_live),
      cmocka_unit_test(without_memory_nothing_is_remembered),
      cmocka_unit_test(memory_is_counted_and_bounded), /* last: it uses all of it up */
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
