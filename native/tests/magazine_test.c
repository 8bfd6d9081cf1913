/* SPDX-License-Identifier: Apache-2.0
 *
 * Magazines: how rarely they cross into Java, and how few blocks they keep.
 */
#include "fixture.h"

#include <string.h>

#include "../heap.h"
#include "../magazine.h"
#include "../slots.h"
#include "fake_entries.h"
#include "serving.h"

#define BLOCKS 4000
static void *blocks[BLOCKS];

static void magazines_start_small_and_cross_for_each_pool(void **state) {
  (void)state;
  uint64_t *refills = &fake_entries.calls[PANAMEM_ENTRY_REFILL];
  void *first = panamem_arena_malloc(NULL, 64);
  assert_int_equal(*refills, 1);
  assert_int_equal(fake_entries.last[2], 1); /* perhaps it is the only one */
  assert_int_equal(fake_entries.last[1], 4); /* RAW, 64 bytes */
  blocks[1] = panamem_arena_malloc(NULL, 64);
  assert_int_equal(*refills, 1); /* the pool is there */
  const struct panamem_magazine *magazine = &panamem_self->magazines[4];
  assert_int_equal(magazine->top - magazine->base, 7); /* half of the slots, which have doubled, less one */
  for (int i = 2; i < BLOCKS; i++) {
    blocks[i] = panamem_arena_malloc(NULL, 64);
  }
  assert_int_equal(*refills, panamem_heap.bins[4].pool_count);
  assert_int_equal(panamem_self->crossings, fake_crossings());
  assert_int_equal(fake_crossings(), *refills);
  for (int i = 1; i < BLOCKS; i++) {
    panamem_arena_free(NULL, blocks[i]);
  }
  panamem_arena_free(NULL, first);
  assert_int_equal(fake_entries.calls[PANAMEM_ENTRY_FLUSH], 0); /* the depot has room for them */
  assert_true(panamem_heap.depots[4].count > 0);
  assert_int_equal(panamem_heap.fallback_blocks[PANAMEM_FALLBACK_STACK], 0);
  assert_int_equal(panamem_heap.fallback_blocks[PANAMEM_FALLBACK_BOOT], 0);
  assert_heap_sound();
}

/* Whose loop would be the slower one. The block that Java hands out is the first to be used, as it lies before the others. */
static void java_hands_out_the_first_block_of_a_pool_and_c_the_others(void **state) {
  (void)state;
  const struct panamem_magazine *magazine = &panamem_self->magazines[4];
  uint64_t refills = 0;
  for (int i = 0; i < BLOCKS; i++) {
    blocks[i] = panamem_arena_malloc(NULL, 64);
    if (fake_entries.calls[PANAMEM_ENTRY_REFILL] > refills) {
      refills = fake_entries.calls[PANAMEM_ENTRY_REFILL];
      assert_int_equal(fake_entries.last[2], 1);
      ptrdiff_t batch = refills == 1 ? 1 : panamem_magazine_batch(panamem_magazine_capacity(magazine));
      assert_int_equal(magazine->top - magazine->base, batch - 1);
    } else {
      assert_ptr_equal(blocks[i], (char *)blocks[i - 1] + 64);
    }
  }
  assert_true(refills > 3);
  assert_heap_sound();
}

/* Java is asked only about blocks whose pools may go: each of them lets one go. */
static void blocks_go_back_to_their_pools_and_pools_to_java(void **state) {
  (void)state;
  uint64_t cap_before = panamem_magazine_cap_bytes;
  panamem_magazine_cap_bytes = 100; /* so that nothing stays in magazines or depots */
  uint64_t *flushes = &fake_entries.calls[PANAMEM_ENTRY_FLUSH];
  for (int i = 0; i < BLOCKS; i++) {
    blocks[i] = panamem_arena_malloc(NULL, 64);
  }
  uint32_t pools = panamem_heap.bins[4].pool_count;
  for (int i = 0; i < BLOCKS; i++) {
    panamem_arena_free(NULL, blocks[i]);
    assert_int_equal(panamem_heap.bins[4].pool_count, pools - *flushes);
  }
  assert_true(*flushes > 0);
  panamem_magazine_cap_bytes = cap_before;
  assert_heap_sound();
}

/* A list that grows needs one block of each larger class; the magazines keep none of them. */
static void the_only_block_of_a_larger_class_goes_back_at_once(void **state) {
  (void)state;
  uint64_t *frees = &fake_entries.calls[PANAMEM_ENTRY_FREE];
  void *grown = panamem_arena_malloc(NULL, 600);
  uint64_t granted = panamem_self->magazine_bytes;
  for (size_t bytes = 800; bytes < 20000; bytes += bytes / 4) {
    grown = panamem_arena_realloc(NULL, grown, bytes);
  }
  assert_true(*frees > 5);
  assert_int_equal(panamem_self->magazine_bytes, granted);
  panamem_arena_free(NULL, grown);
  uint64_t before = *frees;
  void *second[2] = {panamem_arena_malloc(NULL, 600), panamem_arena_malloc(NULL, 600)};
  panamem_arena_free(NULL, second[0]);
  panamem_arena_free(NULL, second[1]);
  assert_int_equal(*frees, before); /* from the second one on it has slots */
  assert_true(panamem_self->magazine_bytes > granted);
  assert_heap_sound();
}

static void a_pair_at_the_edge_of_a_magazine_does_not_cross_each_time(void **state) {
  (void)state;
  for (int i = 0; i < 1000; i++) {
    blocks[i] = panamem_arena_malloc(NULL, 64);
    uint64_t crossings = fake_crossings();
    for (int round = 0; round < 20; round++) {
      panamem_arena_free(NULL, panamem_arena_malloc(NULL, 64));
    }
    assert_true(fake_crossings() <= crossings + 1);
  }
}

static int forget_blocks(void **state) {
  memset(blocks, 0, sizeof blocks);
  return java_serves(state);
}

static void ready_blocks_stay_below_the_threads_cap(void **state) {
  (void)state;
  uint64_t first_slots = 0;
  for (uint32_t class = 1; class <= PANAMEM_CLASS_COUNT; class++) {
    uint32_t most = panamem_heap.classes[class].magazine_most;
    first_slots += (most < 7 ? most : 7) * (uint64_t)panamem_heap.classes[class].block_bytes;
  }
  uint64_t cap_before = panamem_magazine_cap_bytes;
  panamem_magazine_cap_bytes = 100000;
  uint64_t random = random_seed();
  for (int step = 0; step < 30000; step++) {
    void **block = &blocks[random_below(&random, BLOCKS)];
    panamem_arena_free(NULL, *block);
    *block = random_below(&random, 2) == 0 ? NULL : panamem_arena_malloc(NULL, random_bytes(&random, 32768));
    if (panamem_self->magazine_bytes > panamem_magazine_cap_bytes + first_slots) {
      fail_msg("%lu bytes", panamem_self->magazine_bytes);
    }
  }
  panamem_magazine_cap_bytes = cap_before;
  assert_heap_sound();
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(magazines_start_small_and_cross_for_each_pool, java_serves),
      cmocka_unit_test_setup(java_hands_out_the_first_block_of_a_pool_and_c_the_others, java_serves),
      cmocka_unit_test_setup(blocks_go_back_to_their_pools_and_pools_to_java, java_serves),
      cmocka_unit_test_setup(a_pair_at_the_edge_of_a_magazine_does_not_cross_each_time, java_serves),
      cmocka_unit_test_setup(the_only_block_of_a_larger_class_goes_back_at_once, java_serves),
      cmocka_unit_test_setup(ready_blocks_stay_below_the_threads_cap, forget_blocks),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
