/* SPDX-License-Identifier: Apache-2.0
 *
 * The walk sees exactly the live blocks: against a model at rest, and without harm while threads work.
 */
#include "fixture.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "../../include/panamem/panamem.h"
#include "../heap.h"
#include "../magazine.h"
#include "../range.h"

#define LIVE 3000

struct expected {
  void *block;
  size_t usable_bytes;
  int domain;
};

static struct expected lives[LIVE];

static int fresh(void **state) {
  (void)state;
  heap_fresh(256 * MIB);
  memset(lives, 0, sizeof lives);
  return 0;
}

static int by_address(const void *one, const void *other) {
  const char *a = ((const struct expected *)one)->block;
  const char *b = ((const struct expected *)other)->block;
  return (a > b) - (a < b);
}

struct seen {
  struct expected *blocks;
  int64_t count, most;
};

static int note(void *block, size_t usable_bytes, int domain, void *argument) {
  struct seen *seen = argument;
  seen->blocks[seen->count++] = (struct expected){block, usable_bytes, domain};
  return seen->count < seen->most;
}

static void assert_walk_sees(struct expected *expected, int64_t count) {
  struct expected *found = calloc((size_t)count + 1, sizeof *found);
  struct seen seen = {found, 0, count + 1};
  assert_int_equal(panamem_walk(note, &seen), count);
  if (count > 0) {
    qsort(expected, (size_t)count, sizeof *expected, by_address);
  }
  for (int64_t i = 0; i < count; i++) { /* in address order */
    assert_ptr_equal(found[i].block, expected[i].block);
    assert_int_equal(found[i].usable_bytes, expected[i].usable_bytes);
    assert_int_equal(found[i].domain, expected[i].domain);
  }
  free(found);
}

static void walk_is_exact_at_rest(void **state) {
  (void)state;
  uint64_t random = random_seed();
  for (int round = 0; round < 20; round++) {
    for (int i = 0; i < LIVE; i++) {
      if (lives[i].block != NULL) {
        panamem_arena_free(PANAMEM_DOMAIN_CONTEXT(lives[i].domain), lives[i].block);
        lives[i].block = NULL;
      }
      if (random_below(&random, 3) > 0) {
        lives[i].domain = (int)random_below(&random, PANAMEM_DOMAINS);
        lives[i].block = panamem_arena_malloc(PANAMEM_DOMAIN_CONTEXT(lives[i].domain), random_bytes(&random, 60000));
        lives[i].usable_bytes = panamem_usable_size(lives[i].block);
      }
    }
    struct expected model[LIVE];
    int64_t count = 0;
    for (int i = 0; i < LIVE; i++) {
      if (lives[i].block != NULL) {
        model[count++] = lives[i];
      }
    }
    assert_walk_sees(model, count);
  }
}

static void an_empty_heap_has_nothing_to_visit(void **state) {
  (void)state;
  assert_walk_sees(NULL, 0);
  void *block = panamem_arena_malloc(NULL, 10);
  panamem_arena_free(NULL, block); /* back in its magazine, with the others of its refill */
  assert_walk_sees(NULL, 0);
  panamem_range_release();
  struct seen seen = {NULL, 0, 0};
  assert_int_equal(panamem_walk(note, &seen), 0);
}

static void the_visitor_can_stop(void **state) {
  (void)state;
  for (int i = 0; i < 50; i++) {
    panamem_arena_malloc(NULL, i < 25 ? 100 : 40000);
  }
  struct expected found[51];
  for (int64_t most = 1; most <= 50; most++) {
    struct seen seen = {found, 0, most};
    assert_int_equal(panamem_walk(note, &seen), most);
    assert_int_equal(seen.count, most);
  }
}

/* ---- While threads work -------------------------------------------------------------------------------------------------- */

#define THREADS 3
static bool stop_working;

static void *churn(void *argument) {
  uint64_t random = (uint64_t)argument;
  void *blocks[200] = {NULL};
  while (!__atomic_load_n(&stop_working, __ATOMIC_RELAXED)) {
    void **block = &blocks[random_below(&random, 200)];
    panamem_arena_free(NULL, *block);
    *block = panamem_arena_malloc(NULL, random_bytes(&random, 80000));
  }
  for (int i = 0; i < 200; i++) {
    panamem_arena_free(NULL, blocks[i]);
  }
  return NULL;
}

static int count_ours(void *block, size_t usable_bytes, int domain, void *argument) {
  bool sane = panamem_is_ours(block) && usable_bytes >= 16 && domain >= 0 && domain < PANAMEM_DOMAINS;
  *(uint64_t *)argument += !sane;
  return 1;
}

static void a_walk_while_others_allocate_is_harmless(void **state) {
  (void)state;
  if (SANITIZED) {
    skip(); /* the walk reads what others write, on purpose */
  }
  pthread_t threads[THREADS];
  stop_working = false;
  panamem_heap.page_heap.dirty_cap_bytes = MIB;
  for (uintptr_t i = 0; i < THREADS; i++) {
    assert_int_equal(pthread_create(&threads[i], NULL, churn, (void *)(i + 1)), 0);
  }
  uint64_t strange = 0;
  for (int walks = 0; walks < 2000; walks++) {
    struct panamem_statistics statistics = {.struct_bytes = sizeof statistics};
    assert_true(panamem_walk(count_ours, &strange) >= 0);
    panamem_get_statistics(&statistics);
    assert_true(statistics.domains[0].live_bytes < 256 * MIB);
  }
  __atomic_store_n(&stop_working, true, __ATOMIC_RELAXED);
  for (int i = 0; i < THREADS; i++) {
    pthread_join(threads[i], NULL);
  }
  assert_int_equal(strange, 0);
  assert_walk_sees(NULL, 0);
  assert_heap_sound();
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(walk_is_exact_at_rest, fresh),
      cmocka_unit_test_setup(an_empty_heap_has_nothing_to_visit, fresh),
      cmocka_unit_test_setup(the_visitor_can_stop, fresh),
      cmocka_unit_test_setup(a_walk_while_others_allocate_is_harmless, fresh),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
