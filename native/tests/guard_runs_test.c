/* SPDX-License-Identifier: Apache-2.0
 *
 * Guarded blocks: how their runs go round, with threads and forks too, and what gives way where pages or mappings end.
 */
#include "guard_fixture.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "../../include/panamem/panamem.h"
#include "../guard.h"
#include "../guard_pages.h"
#include "../heap.h"
#include "capture.h"
#include "fixture.h"
#include "random_work.h"

/* ---- Pages go round ---------------------------------------------------------------------------------------------------------- */

static void in_order(void *unused) {
  (void)unused;
  begin("guard.quarantine=1m:2");
  char *blocks[4];
  for (int i = 0; i < 4; i++) {
    blocks[i] = make(100);
    memset(blocks[i], 'x', 100);
  }
  for (int i = 0; i < 3; i++) {
    drop(blocks[i]);
    REQUIRE(panamem_guard_quarantine.count == (i < 2 ? (uint32_t)i + 1 : 2));
  }
  REQUIRE(panamem_guard_queue_oldest(&panamem_guard_quarantine) == panamem_guarded_at(blocks[1]));
  char *again = panamem_guard_calloc(RAW, 1, 100);
  REQUIRE(again == blocks[0] && again[0] == 0 && again[99] == 0);
  REQUIRE(state_of(blocks[1]) == PANAMEM_GUARD_FREED && state_of(blocks[3]) == PANAMEM_GUARD_LIVE);
  char *large = make(4 * MIB);
  drop(large); /* more than the quarantine may hold: everything leaves it */
  REQUIRE(state_of(large) == PANAMEM_GUARD_GONE && panamem_guard_quarantine.bytes == 0);
  drop(again);
  drop(blocks[3]);
}

static void the_oldest_leaves_the_quarantine_first(void **state) {
  (void)state;
  struct capture end = capture(in_order, NULL);
  assert_string_equal(end.text, "");
  assert_int_equal(end.signal, 0);
}

static int count_visit(void *block, size_t usable_bytes, int domain, void *argument) {
  REQUIRE(usable_bytes == 100 && domain == PYMEM_DOMAIN_OBJ && panamem_usable_size(block) == 100);
  ++*(int *)argument;
  return 1;
}

static void counted(void *unused) {
  (void)unused;
  begin("");
  char *blocks[10];
  for (int i = 0; i < 10; i++) {
    blocks[i] = panamem_guard_malloc(OBJ, 100);
  }
  for (int i = 0; i < 4; i++) {
    panamem_guard_free(OBJ, blocks[i]);
  }
  int visited = 0;
  REQUIRE(panamem_walk(count_visit, &visited) == 6 && visited == 6);
  uint64_t held, held_bytes;
  panamem_guard_held(PYMEM_DOMAIN_OBJ, &held, &held_bytes);
  REQUIRE(held == 4 && held_bytes == 4 * PANAMEM_PAGE_BYTES);
  REQUIRE(panamem_heap.page_heap.large_count[PYMEM_DOMAIN_OBJ] == 10); /* the limit counts them all */
}

static void freed_blocks_are_neither_walked_nor_live(void **state) {
  (void)state;
  struct capture end = capture(counted, NULL);
  assert_string_equal(end.text, "");
  assert_int_equal(end.signal, 0);
}

static void limited(void *unused) {
  (void)unused;
  begin("");
  panamem_heap.page_heap.limit_bytes = MIB;
  for (int round = 0; round < 3; round++) {
    void *blocks[100000];
    int count = 0;
    while ((blocks[count] = make(100)) != NULL) {
      count++;
    }
    REQUIRE(count >= (int)(MIB / PANAMEM_PAGE_BYTES) / 2 && count < 10000);
    REQUIRE(state_of(blocks[0]) == PANAMEM_GUARD_LIVE);
    while (count > 0) {
      drop(blocks[--count]);
    }
  }
  uint64_t guarded, unguarded;
  panamem_guard_counts(&guarded, &unguarded);
  REQUIRE(guarded > 0 && unguarded > 0);
}

static void the_limit_counts_and_the_quarantine_gives_way(void **state) {
  (void)state;
  struct capture end = capture(limited, NULL);
  assert_string_equal(end.text, "");
  assert_int_equal(end.signal, 0);
}

static void sampled(void *unused) {
  (void)unused;
  begin("guard.rate=10");
  int guarded = 0;
  for (int i = 0; i < 20000; i++) {
    char *block = make(100);
    guarded += state_of(block) == PANAMEM_GUARD_LIVE;
    memset(block, 'x', 100);
    block = panamem_guard_realloc(RAW, block, 200);
    REQUIRE(block[0] == 'x' && block[99] == 'x');
    drop(block);
  }
  REQUIRE(guarded > 1600 && guarded < 2400);
}

static void one_of_rate_blocks_is_guarded(void **state) {
  (void)state;
  struct capture end = capture(sampled, NULL);
  assert_string_equal(end.text, "");
  assert_int_equal(end.signal, 0);
}

/* ---- Where shut pages cost mappings ----------------------------------------------------------------------------------------- */

static void too_many(void *unused) {
  (void)unused;
  begin("");
  panamem_guard_pages_are_light = false;
  char *first = make(32), *last = NULL;
  for (uint32_t i = 0; i < panamem_guard_pages_most(); i++) {
    last = make(32);
  }
  poke(first + 32); /* its run is open now */
  drop(first);      /* and it is still freed as a guarded block */
  REQUIRE(state_of(first) == PANAMEM_GUARD_FREED);
  fputs("freed\n", stderr);
  poke(last + 32);
}

static void the_oldest_live_block_loses_its_shut_pages(void **state) {
  (void)state;
  struct capture end = capture(too_many, NULL);
  assert_int_equal(strncmp(end.text, "freed\npanamem: overflow: write at 0x", 36), 0);
  assert_int_equal(end.signal, SIGSEGV);
}

/* ---- Threads and forks ------------------------------------------------------------------------------------------------------- */

static void many(void *seed) {
  const PyMemAllocatorEx row = {RAW, panamem_guard_malloc, panamem_guard_calloc, panamem_guard_realloc, panamem_guard_free};
  begin("guard.quarantine=16m:100");
  random_work(&row, *(uint64_t *)seed, 4000);
}

static void threads_share_it(void **state) {
  (void)state;
  uint64_t seed = random_seed();
  struct capture end = capture(many, &seed);
  assert_string_equal(end.text, "");
  assert_int_equal(end.signal, 0);
}

static void in_a_child(void *unused) {
  (void)unused;
  begin("");
  char *block = make(20), *other = make(20);
  drop(other);
  pid_t child = fork();
  if (child == 0) {
    drop(make(50));
    drop(block);
    drop(other);
    _exit(0);
  }
  int status;
  waitpid(child, &status, 0);
  drop(block); /* its own here */
  REQUIRE(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

static void a_forked_child_goes_on(void **state) {
  (void)state;
  struct capture end = capture(in_a_child, NULL);
  assert_non_null(strstr(end.text, "panamem: double free: PyMem_RawFree(0x"));
  assert_int_equal(end.signal, 0);
  assert_int_equal(end.status, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_oldest_leaves_the_quarantine_first),
      cmocka_unit_test(freed_blocks_are_neither_walked_nor_live),
      cmocka_unit_test(the_limit_counts_and_the_quarantine_gives_way),
      cmocka_unit_test(one_of_rate_blocks_is_guarded),
      cmocka_unit_test(threads_share_it),
      cmocka_unit_test(a_forked_child_goes_on),
  };
  const struct CMUnitTest mappings[] = {
      cmocka_unit_test(the_oldest_live_block_loses_its_shut_pages),
  };
  return run_both_ways(tests) + cmocka_run_group_tests(mappings, NULL, NULL);
}
