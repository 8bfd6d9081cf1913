/* SPDX-License-Identifier: Apache-2.0
 *
 * Every figure against a model that counts the same calls, over both operators, several threads and their ends.
 */
#include "fixture.h"

#include <pthread.h>
#include <string.h>

#include "../../include/panamem/panamem.h"
#include "../entry.h"
#include "../heap.h"
#include "../magazine.h"
#include "../statistics.h"
#include "fake_entries.h"
#include "serving.h"

#define LIVE 700

static struct panamem_statistics now(void) {
  struct panamem_statistics statistics = {.struct_bytes = sizeof statistics};
  assert_int_equal(panamem_get_statistics(&statistics), 0);
  return statistics;
}

struct model {
  uint64_t calls;
  uint64_t blocks[PANAMEM_DOMAINS], bytes[PANAMEM_DOMAINS], total[PANAMEM_DOMAINS];
};

static uint64_t domain_of(const void *ctx) {
  return (uintptr_t)ctx >> PANAMEM_BIN_SHIFT;
}

static void account(struct model *model, const void *ctx, const void *block, bool born) {
  uint64_t bytes = panamem_usable_size(block);
  model->blocks[domain_of(ctx)] += born ? 1 : UINT64_MAX;
  model->bytes[domain_of(ctx)] += born ? bytes : -bytes;
  model->total[domain_of(ctx)] += born;
}

static void assert_agrees(const struct model *model) {
  struct panamem_statistics statistics = now();
  for (int domain = 0; domain < PANAMEM_DOMAINS; domain++) {
    const struct panamem_domain_statistics *one = &statistics.domains[domain];
    assert_int_equal(one->live_blocks, model->blocks[domain]);
    assert_int_equal(one->live_bytes, model->bytes[domain]);
    assert_int_equal(one->total_allocations, model->total[domain]);
    assert_true(one->peak_bytes >= one->live_bytes);
    assert_true(one->committed_bytes >= one->live_bytes);
    assert_int_equal(one->committed_bytes, panamem_heap.page_heap.used_bytes[domain]);
  }
  assert_int_equal(statistics.calls, model->calls);
}

static struct {
  void *ctx, *block;
} lives[LIVE];

static void work(struct model *model, uint64_t *random, int steps) {
  for (int i = 0; i < steps; i++) {
    uint64_t chosen = random_below(random, LIVE);
    void *ctx = lives[chosen].ctx;
    void *block = lives[chosen].block;
    uint64_t bytes = random_bytes(random, 100000);
    if (block == NULL) {
      ctx = PANAMEM_DOMAIN_CONTEXT(random_below(random, PANAMEM_DOMAINS));
      block = random_below(random, 2) == 0 ? panamem_arena_malloc(ctx, bytes) : panamem_arena_calloc(ctx, bytes, 1);
      model->calls++;
      account(model, ctx, block, true);
    } else if (random_below(random, 2) == 0) {
      account(model, ctx, block, false);
      panamem_arena_free(ctx, block);
      block = NULL;
    } else {
      account(model, ctx, block, false);
      void *moved = panamem_arena_realloc(ctx, block, bytes);
      model->calls++;
      account(model, ctx, moved, true);
      model->total[domain_of(ctx)] -= moved == block; /* it stays: nothing was handed out */
      block = moved;
    }
    lives[chosen].ctx = ctx;
    lives[chosen].block = block;
  }
}

static void figures_are_exact_after_any_calls(void **state) {
  (void)state;
  struct model model = {0};
  uint64_t random = random_seed();
  memset(lives, 0, sizeof lives);
  for (int round = 0; round < 60; round++) {
    work(&model, &random, 100);
    assert_agrees(&model);
  }
  assert_heap_sound();
}

struct task {
  struct model *model;
  uint64_t *random;
};

static void *work_in_thread(void *argument) {
  const struct task *task = argument;
  work(task->model, task->random, 300);
  return NULL;
}

/* One thread at a time, each with blocks of those before it, so the model needs no lock. */
static void figures_stay_exact_over_threads_that_come_and_go(void **state) {
  (void)state;
  struct model model = {0};
  uint64_t random = random_seed();
  struct task task = {&model, &random};
  memset(lives, 0, sizeof lives);
  for (int i = 0; i < 12; i++) {
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, work_in_thread, &task), 0);
    pthread_join(thread, NULL);
    work(&model, &random, 100);
    assert_agrees(&model);
    assert_int_equal(now().threads, 1);
  }
}

/* The first thing a thread does is a realloc that keeps its block; the last is after its end. */
static pthread_key_t late_key;
static struct model *late_model;

static void late(void *argument) {
  static int rounds;
  if (rounds++ % 2 == 0) {
    pthread_setspecific(late_key, argument); /* once more, after our own destructor */
    return;
  }
  void *block = panamem_arena_malloc(NULL, 100);
  void *large = panamem_arena_malloc(NULL, 100000);
  assert_ptr_equal(panamem_arena_realloc(NULL, block, 99), block);
  assert_ptr_equal(panamem_arena_realloc(NULL, large, 99000), large);
  account(late_model, NULL, block, true);
  account(late_model, NULL, large, true);
  late_model->calls += 4;
}

static void *first_and_last(void *block) {
  assert_ptr_equal(panamem_arena_realloc(NULL, block, 97), block);
  late_model->calls++;
  pthread_setspecific(late_key, block);
  return NULL;
}

static void a_threads_first_and_last_calls_count(void **state) {
  (void)state;
  struct model model = {0};
  late_model = &model;
  assert_int_equal(pthread_key_create(&late_key, late), 0);
  void *block = panamem_arena_malloc(NULL, 100);
  account(&model, NULL, block, true);
  model.calls++;
  pthread_t thread;
  assert_int_equal(pthread_create(&thread, NULL, first_and_last, block), 0);
  pthread_join(thread, NULL);
  assert_int_equal(pthread_key_delete(late_key), 0);
  assert_agrees(&model);
}

static void crossings_and_reasons_are_counted(void **state) {
  (void)state;
  void *blocks[3];
  static const enum panamem_state states[] = {PANAMEM_STATE_BOOTING, PANAMEM_STATE_CHILD, PANAMEM_STATE_SHUTDOWN,
                                              PANAMEM_STATE_FAILED};
  static const uint32_t reasons[] = {PANAMEM_FALLBACK_BOOT, PANAMEM_FALLBACK_CHILD, PANAMEM_FALLBACK_SHUTDOWN,
                                     PANAMEM_FALLBACK_NO_JAVA};
  for (int i = 0; i < 4; i++) {
    panamem_state_set(states[i]);
    uint64_t before = now().fallback_blocks[reasons[i]];
    for (int j = 0; j < 3; j++) {
      blocks[j] = panamem_arena_malloc(NULL, 2 * MIB);
    }
    assert_int_equal(now().fallback_blocks[reasons[i]], before + 3);
    for (int j = 0; j < 3; j++) {
      panamem_arena_free(NULL, blocks[j]);
    }
  }
  fake_entries_serve();
  uint64_t crossings = now().crossings;
  panamem_arena_free(NULL, panamem_arena_malloc(NULL, 2 * MIB));
  assert_int_equal(now().crossings, crossings + 2);
  assert_int_equal(fake_crossings(), 2);
}

static void limits_arenas_and_bytes_are_those_of_the_page_heap(void **state) {
  (void)state;
  assert_int_equal(now().arenas, 0);
  assert_int_equal(now().limit_bytes, 0);
  assert_int_equal(panamem_limit(PANAMEM_ALL_DOMAINS, 50 * MIB), 0);
  assert_int_equal(panamem_limit(1, 20 * MIB), 0);
  void *block = panamem_arena_malloc(NULL, 3 * MIB);
  memset(block, 1, 3 * MIB);
  struct panamem_statistics full = now();
  assert_int_equal(full.limit_bytes, 50 * MIB);
  assert_int_equal(full.domains[1].limit_bytes, 20 * MIB);
  assert_int_equal(full.domains[0].limit_bytes, 0);
  assert_int_equal(full.arenas, 3);
  assert_int_equal(full.committed_bytes, 3 * MIB);
  panamem_arena_free(NULL, block);
  assert_int_equal(now().dirty_bytes, 3 * MIB);
  assert_int_equal(panamem_purge(MIB), 3 * MIB); /* the run is one */
  struct panamem_statistics empty = now();
  assert_int_equal(empty.dirty_bytes, 0);
  assert_int_equal(empty.returned_bytes, 3 * MIB);
  assert_int_equal(empty.committed_bytes, 0);
  assert_int_equal(empty.committed_peak_bytes, 3 * MIB);
}

static void a_caller_of_another_version_gets_what_its_struct_holds(void **state) {
  (void)state;
  struct panamem_statistics statistics;
  memset(&statistics, 0x55, sizeof statistics);
  statistics.struct_bytes = 16;
  assert_int_equal(panamem_get_statistics(&statistics), 0);
  assert_int_equal(statistics.struct_bytes, 16);
  assert_int_equal(statistics.domains[0].live_blocks, 0);
  assert_int_equal(statistics.domains[0].live_bytes, 0x5555555555555555);
  struct {
    struct panamem_statistics known;
    uint64_t unknown;
  } later = {.known.struct_bytes = sizeof later, .unknown = 7};
  assert_int_equal(panamem_get_statistics(&later.known), 0);
  assert_int_equal(later.unknown, 7);
  statistics.struct_bytes = 0;
  assert_int_equal(panamem_get_statistics(&statistics), -1);
  assert_int_equal(panamem_get_statistics(NULL), -1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(figures_are_exact_after_any_calls, fallback_serves),
      cmocka_unit_test_setup(figures_are_exact_after_any_calls, java_serves),
      cmocka_unit_test_setup(figures_stay_exact_over_threads_that_come_and_go, fallback_serves),
      cmocka_unit_test_setup(figures_stay_exact_over_threads_that_come_and_go, java_serves),
      cmocka_unit_test_setup(a_threads_first_and_last_calls_count, fallback_serves),
      cmocka_unit_test_setup(a_threads_first_and_last_calls_count, java_serves),
      cmocka_unit_test_setup(crossings_and_reasons_are_counted, fallback_serves),
      cmocka_unit_test_setup(limits_arenas_and_bytes_are_those_of_the_page_heap, fallback_serves),
      cmocka_unit_test_setup(a_caller_of_another_version_gets_what_its_struct_holds, fallback_serves),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
