/* SPDX-License-Identifier: Apache-2.0
 *
 * When ready blocks go back: when nobody has asked for them for a while, and before the heap grows.
 */
#include "shelf_fixture.h"

#include "../depot.h"
#include "../fallback.h"
#include "../heap.h"
#include "../magazine.h"
#include "../ready.h"
#include "../shelf.h"
#include "fake_entries.h"
#include "serving.h"

static int dropped;

static void drop(struct panamem_thread *thread, void *block) {
  (void)thread;
  dropped++;
  assert_true(panamem_fallback_free(block));
}

static void what_nobody_asks_for_goes_back(void **state) {
  (void)state;
  allocate_blocks(6, 4);
  for (int i = 0; i < 6; i++) {
    panamem_arena_free(OBJ, blocks[i]);
  }
  dropped = 0;
  panamem_shelves_drop_idle(panamem_self, drop);
  assert_int_equal(dropped, 0); /* they came after the last look */
  for (int look = 0; look < 3; look++) {
    allocate_blocks(2, 4);
    free_blocks(2);
    panamem_shelves_drop_idle(panamem_self, drop);
    assert_int_equal(dropped, 4);
    assert_int_equal(panamem_shelves_bytes(panamem_self), PAGES(8));
    assert_heap_sound();
  }
  panamem_shelves_drop_idle(panamem_self, drop);
  assert_int_equal(dropped, 6);
  assert_int_equal(panamem_self->shelved[2], 0);
  assert_heap_sound();
}

static void looks_are_as_far_apart_as_the_decay(void **state) {
  (void)state;
  panamem_heap.page_heap.decay_nanos = 100;
  assert_true(panamem_shelves_look_due(panamem_self, 1000));
  assert_false(panamem_shelves_look_due(panamem_self, 1100));
  assert_true(panamem_shelves_look_due(panamem_self, 1101));
  panamem_heap.page_heap.decay_nanos = 0; /* each request looks, as soon as the clock goes on */
  panamem_arena_free(OBJ, panamem_arena_malloc(OBJ, PAGES(4)));
  for (uint64_t i = 0; panamem_shelves_bytes(panamem_self) > 0 && i < 1000000000; i++) {
    panamem_arena_free(OBJ, panamem_arena_malloc(OBJ, PAGES(65)));
  }
  assert_int_equal(panamem_shelves_bytes(panamem_self), 0);
  assert_heap_sound();
}

/* A thread that has found its size asks for no pages, and its blocks come from pools that are there. */
static void who_asks_for_small_blocks_only_looks_too(void **state) {
  (void)state;
  panamem_heap.page_heap.decay_nanos = 0;
  panamem_arena_free(OBJ, panamem_arena_malloc(OBJ, 64));
  panamem_arena_free(OBJ, panamem_arena_malloc(OBJ, PAGES(4)));
  uint32_t bin = (uint32_t)(uintptr_t)OBJ | 4;
  struct panamem_magazine *magazine = &panamem_self->magazines[bin];
  uint64_t refills = fake_entries.calls[PANAMEM_ENTRY_REFILL];
  for (uint64_t i = 0; panamem_shelves_bytes(panamem_self) > 0 && i < 1000000000; i++) {
    panamem_fallback_flush(panamem_self, bin, (uint32_t)(magazine->top - magazine->base)); /* back to its pool */
    magazine->top = magazine->base;
    panamem_arena_free(OBJ, panamem_arena_malloc(OBJ, 64));
  }
  assert_int_equal(panamem_shelves_bytes(panamem_self), 0);
  assert_int_equal(fake_entries.calls[PANAMEM_ENTRY_REFILL], refills);
  assert_heap_sound();
}

/* ---- Before the heap grows ------------------------------------------------------------------------------------------------------ */

static void a_heap_that_grows_takes_what_is_ready_first(void **state) {
  (void)state;
  allocate_blocks(20, 20);
  panamem_arena_free(OBJ, blocks[0]);
  void *small = panamem_arena_malloc(OBJ, 4096);
  assert_true(panamem_depot_put(panamem_page_map()[panamem_page_of(small)], &small, 1));
  assert_int_equal(panamem_shelves_bytes(panamem_self), PAGES(20));
  allocate_blocks(3, 50);
  assert_int_equal(panamem_shelves_bytes(panamem_self), 0);
  assert_int_equal(panamem_heap.depot_bytes, 0);
  panamem_arena_free(OBJ, panamem_arena_malloc(OBJ, PAGES(PANAMEM_SHELF_PAGES_MOST + 1)));
  panamem_arena_free(OBJ, blocks[0]);
  for (int i = 0; i < 10; i++) { /* a heap that grows no more keeps it */
    panamem_arena_free(OBJ, panamem_arena_malloc(OBJ, PAGES(PANAMEM_SHELF_PAGES_MOST + 1)));
    assert_int_equal(panamem_shelves_bytes(panamem_self), PAGES(50));
  }
  assert_heap_sound();
}

static int others_asked;

static void ask_others(void) {
  others_asked++;
}

static void a_heap_that_doubles_asks_others_a_few_times(void **state) {
  (void)state;
  allocate_blocks(2, 64);
  panamem_ready_of_others = ask_others;
  others_asked = 0;
  allocate_blocks(BLOCKS, 32); /* from 2 to 52 MiB */
  panamem_ready_of_others = NULL;
  assert_in_range(others_asked, 9, 14);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(what_nobody_asks_for_goes_back, java_serves),
      cmocka_unit_test_setup(looks_are_as_far_apart_as_the_decay, java_serves),
      cmocka_unit_test_setup(who_asks_for_small_blocks_only_looks_too, java_serves),
      cmocka_unit_test_setup(looks_are_as_far_apart_as_the_decay, fallback_serves),
      cmocka_unit_test_setup(a_heap_that_grows_takes_what_is_ready_first, java_serves),
      cmocka_unit_test_setup(a_heap_that_grows_takes_what_is_ready_first, fallback_serves),
      cmocka_unit_test_setup(a_heap_that_doubles_asks_others_a_few_times, java_serves),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
