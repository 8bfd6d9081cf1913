/* SPDX-License-Identifier: Apache-2.0
 *
 * Every pattern frees what it allocates, does as many operations as it was told, within the sizes it was told, and the
 * same ones each time: otherwise its figures compare different work.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "random.h"
#include "team.h"

static atomic_ullong malloc_count;
static atomic_ullong free_count;
static atomic_ullong calloc_count;
static atomic_ullong realloc_count;
static atomic_ullong ping_count;
static atomic_ullong bytes_hash; /* a sum, so that threads may interleave as they like */
static atomic_size_t least_bytes;
static atomic_size_t most_bytes;

static void count_block(size_t bytes) {
  atomic_fetch_add(&malloc_count, 1);
  atomic_fetch_add(&bytes_hash, random_seeded(bytes, 0));
  size_t least = atomic_load(&least_bytes);
  while (bytes < least && !atomic_compare_exchange_weak(&least_bytes, &least, bytes)) {
  }
  size_t most = atomic_load(&most_bytes);
  while (bytes > most && !atomic_compare_exchange_weak(&most_bytes, &most, bytes)) {
  }
}

static void *counting_malloc(size_t bytes) {
  count_block(bytes);
  return malloc(bytes);
}

static void *counting_calloc(size_t count, size_t bytes) {
  atomic_fetch_add(&calloc_count, 1);
  count_block(count * bytes);
  return calloc(count, bytes);
}

static void *counting_realloc(void *block, size_t bytes) {
  atomic_fetch_add(&realloc_count, 1);
  if (block == NULL) {
    count_block(bytes);
  }
  return realloc(block, bytes);
}

static void counting_free(void *block) {
  assert_non_null(block);
  atomic_fetch_add(&free_count, 1);
  free(block);
}

static int64_t counting_ping(int64_t value) {
  atomic_fetch_add(&ping_count, 1);
  return value;
}

void allocator_read_facts(struct allocator_facts *facts) {
  *facts = (struct allocator_facts){.allocated_blocks = atomic_load(&malloc_count)};
}

static const struct workload one_thread = {
    .min_bytes = 64,
    .max_bytes = 64,
    .live_count = 10,
    .thread_count = 1,
    .seed = 7,
    .allocator = {.malloc = counting_malloc,
                  .calloc = counting_calloc,
                  .realloc = counting_realloc,
                  .free = counting_free,
                  .ping = counting_ping}};

static struct measured run(const struct pattern *pattern, const struct workload *workload) {
  malloc_count = free_count = calloc_count = realloc_count = ping_count = bytes_hash = 0;
  least_bytes = SIZE_MAX;
  most_bytes = 0;
  struct measured measured = team_run(pattern, workload, 100, 1000);
  assert_int_equal(malloc_count, free_count);
  assert_true(measured.wall_ns > 0);
  return measured;
}

static uint64_t measured_blocks(const struct measured *measured) {
  return measured->after.allocated_blocks - measured->before.allocated_blocks;
}

static void test_pair(void **state) {
  (void)state;
  struct measured measured = run(&pattern_pair, &one_thread);
  assert_int_equal(malloc_count, 1100);
  assert_int_equal(measured_blocks(&measured), 1000);
  assert_int_equal(least_bytes, 64);
  assert_int_equal(most_bytes, 64);
}

static void test_batch(void **state) {
  (void)state;
  struct workload workload = one_thread;
  workload.thread_count = 2;
  struct measured measured = run(&pattern_batch, &workload);
  assert_int_equal(malloc_count, 2200);
  assert_int_equal(measured_blocks(&measured), 2000);
}

static void test_mixed_stays_within_its_sizes_and_repeats_itself(void **state) {
  (void)state;
  struct workload workload = one_thread;
  workload.min_bytes = 16;
  workload.max_bytes = 4096;
  workload.thread_count = 2;
  struct measured measured = run(&pattern_mixed, &workload);
  assert_int_equal(malloc_count, 2 * (10 + 100 + 1000));
  assert_int_equal(measured_blocks(&measured), 2000);
  assert_in_range(least_bytes, 16, 31);
  assert_in_range(most_bytes, 2048, 4095);
  uint64_t first_hash = bytes_hash;
  run(&pattern_mixed, &workload);
  assert_true(bytes_hash == first_hash);
  workload.seed++;
  run(&pattern_mixed, &workload);
  assert_true(bytes_hash != first_hash);
}

/* One block a chunk; chunks that do not divide the operations; more room than operations. */
static void test_handoff_never_overruns_its_ring(void **state) {
  (void)state;
  static const size_t live_counts[] = {4, 67, 4096};
  for (size_t i = 0; i < sizeof live_counts / sizeof live_counts[0]; i++) {
    struct workload workload = one_thread;
    workload.thread_count = 4;
    workload.live_count = live_counts[i];
    struct measured measured = run(&pattern_handoff, &workload);
    assert_int_equal(malloc_count, 2200);
    assert_int_equal(measured_blocks(&measured), 2000);
  }
}

/* One realloc per operation, and a fresh array whenever one has reached its greatest size. */
static void test_grow_reallocates_within_its_sizes(void **state) {
  (void)state;
  struct workload workload = one_thread;
  workload.min_bytes = 16;
  workload.max_bytes = 1024;
  run(&pattern_grow, &workload);
  assert_int_equal(realloc_count, 1100);
  assert_in_range(malloc_count, 10 + 1, 1100 / 10);
  assert_int_equal(least_bytes, 16);
  assert_in_range(most_bytes, 16, 1024);
}

static void test_calloc_is_called_each_time(void **state) {
  (void)state;
  struct measured measured = run(&pattern_calloc, &one_thread);
  assert_int_equal(calloc_count, 1100);
  assert_int_equal(measured_blocks(&measured), 1000);
}

/* Its threads are none of the team's, so only the process's clock sees them. */
static void test_churn_does_all_its_operations_in_threads_of_its_own(void **state) {
  (void)state;
  struct workload workload = one_thread;
  workload.min_bytes = 16;
  workload.max_bytes = 512;
  workload.live_count = 30; /* does not divide the operations */
  struct measured measured = run(&pattern_churn, &workload);
  assert_int_equal(malloc_count, 1100);
  assert_int_equal(measured_blocks(&measured), 1000);
  assert_in_range(least_bytes, 16, 31);
  assert_in_range(most_bytes, 256, 511);
  assert_true(measured.cpu_ns > 0);
}

static void test_noop_crosses_twice_and_allocates_nothing(void **state) {
  (void)state;
  run(&pattern_noop, &one_thread);
  assert_int_equal(ping_count, 2 * 1100);
  assert_int_equal(malloc_count, 0);
}

static void test_random_bytes_reach_every_doubling(void **state) {
  (void)state;
  uint64_t random = random_seeded(1, 0);
  unsigned doublings_seen[3] = {0};
  for (int i = 0; i < 3000; i++) {
    size_t bytes = random_bytes(random_next(&random), 16, 3);
    assert_in_range(bytes, 16, 127);
    doublings_seen[bytes < 32 ? 0 : bytes < 64 ? 1 : 2]++;
  }
  for (int i = 0; i < 3; i++) {
    assert_in_range(doublings_seen[i], 800, 1200);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_pair),
      cmocka_unit_test(test_batch),
      cmocka_unit_test(test_mixed_stays_within_its_sizes_and_repeats_itself),
      cmocka_unit_test(test_handoff_never_overruns_its_ring),
      cmocka_unit_test(test_grow_reallocates_within_its_sizes),
      cmocka_unit_test(test_calloc_is_called_each_time),
      cmocka_unit_test(test_churn_does_all_its_operations_in_threads_of_its_own),
      cmocka_unit_test(test_noop_crosses_twice_and_allocates_nothing),
      cmocka_unit_test(test_random_bytes_reach_every_doubling),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
