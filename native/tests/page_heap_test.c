/* SPDX-License-Identifier: Apache-2.0
 *
 * Runs taken and given back: by a model, under every limit, and with an OS that refuses.
 */
#include "fixture.h"

#include <string.h>
#include <sys/resource.h>

#include "../heap.h"
#include "../page_heap.h"
#include "../run_list.h"

#define BYTES(pages) ((uint64_t)(pages) * PANAMEM_PAGE_BYTES)
#define RUNS 400

struct run {
  uint32_t first, pages, domain;
};

static struct run runs[RUNS];

static int fresh(void **state) {
  (void)state;
  heap_fresh(64 * MIB);
  memset(runs, 0, sizeof runs);
  return 0;
}

/* Makes a large block of the run, so that the heap check knows it. */
static struct run take(uint32_t pages, uint32_t domain) {
  bool zeroed;
  struct run run = {panamem_run_take(pages, domain, &zeroed), pages, domain};
  if (run.first == 0) {
    return run;
  }
  char *bytes = panamem_page_address(run.first);
  if (zeroed) {
    for (uint64_t i = 0; i < BYTES(pages); i += 509) {
      assert_int_equal(bytes[i], 0);
    }
  }
  memset(bytes, (int)pages | 1, BYTES(pages));
  uint8_t bin = (uint8_t)(domain << PANAMEM_BIN_SHIFT | PANAMEM_CLASS_LARGE);
  struct panamem_page *record = panamem_record(run.first);
  record->state = PANAMEM_PAGE_LARGE;
  record->bin = bin;
  record->run_pages = pages;
  record->request_bytes = BYTES(pages);
  memset(panamem_page_map() + run.first, bin, pages);
  struct panamem_page_heap *heap = &panamem_heap.page_heap;
  heap->large_count[domain]++;
  heap->large_bytes[domain] += BYTES(pages);
  heap->large_peak_bytes[domain] = UINT64_MAX;
  return run;
}

static void give(struct run *run) {
  struct panamem_page_heap *heap = &panamem_heap.page_heap;
  assert_int_equal(*(char *)panamem_page_address(run->first), (char)(run->pages | 1));
  memset(panamem_page_map() + run->first, 0, run->pages);
  panamem_record(run->first)->state = PANAMEM_PAGE_INSIDE;
  heap->large_count[run->domain]--;
  heap->large_bytes[run->domain] -= BYTES(run->pages);
  panamem_run_give(run->first, run->pages, run->domain);
  *run = (struct run){0};
}

static void give_all(void) {
  for (int i = 0; i < RUNS; i++) {
    if (runs[i].first != 0) {
      give(&runs[i]);
    }
  }
}

/* One free run of everything that was taken, clean. */
static void assert_all_free(void) {
  panamem_runs_purge(0);
  assert_heap_sound();
  const struct panamem_page_heap *heap = &panamem_heap.page_heap;
  assert_int_equal(heap->committed_bytes, 0);
  uint32_t pages = (heap->arenas_taken - 1) * PANAMEM_ARENA_PAGES;
  assert_true(pages == 0 || panamem_run_find(pages, PANAMEM_RUN_CLEAN) == PANAMEM_ARENA_PAGES);
}

static void the_dirty_cap_may_follow_what_is_in_use(void **state) {
  (void)state;
  struct panamem_page_heap *heap = &panamem_heap.page_heap;
  heap->dirty_cap_bytes = BYTES(10);
  heap->dirty_follows_use = 1;
  struct run used = take(40, 0);
  struct run kept[16];
  for (int i = 0; i < 16; i++) {
    runs[i] = take(4, 0);
    kept[i] = take(1, 0);
  }
  for (int i = 0; i < 16; i++) {
    give(&runs[i]);
  }
  assert_in_range(heap->dirty_bytes, BYTES(52), BYTES(56)); /* as much as the 56 pages in use, in whole runs */
  give(&used);
  assert_in_range(heap->dirty_bytes, 0, BYTES(16));
  for (int i = 0; i < 16; i++) {
    give(&kept[i]);
  }
  heap->dirty_follows_use = 0;
  assert_heap_sound();
}

/* ---- Ages -------------------------------------------------------------------------------------------------------------------- */

static uint64_t freed_nanos(const struct run *run) {
  return panamem_record(run->first)->freed_nanos;
}

/* Gives it back as if that had been then. It merges with nothing. */
static void give_at(struct run run, uint64_t nanos) {
  uint32_t first = run.first;
  give(&run);
  panamem_record(first)->freed_nanos = nanos;
}

static void a_merged_run_is_as_old_as_its_longest_part(void **state) {
  (void)state;
  struct run before = take(2, 0);
  struct run longest = take(20, 0);
  struct run after = take(1, 0);
  give_at(longest, 7);
  give(&after);
  assert_int_equal(freed_nanos(&longest), 7);
  uint32_t begin = before.first;
  give(&before);
  assert_int_equal(panamem_record(begin)->freed_nanos, 7);
  assert_int_equal(panamem_heap.page_heap.dirty_oldest, begin);
  assert_int_equal(panamem_heap.page_heap.dirty_newest, begin);
  assert_all_free();
}

static void the_longest_part_may_come_last(void **state) {
  (void)state;
  struct run shorter = take(2, 0);
  struct run between = take(1, 0);
  struct run longest = take(20, 0);
  give_at(shorter, 7);
  give_at(longest, 9);
  give(&between);
  assert_int_equal(freed_nanos(&shorter), 9);
  assert_int_equal(panamem_heap.page_heap.dirty_oldest, shorter.first);
  assert_all_free();
}

static void what_is_freed_now_is_new_when_it_is_the_longest(void **state) {
  (void)state;
  struct run before = take(1, 0);
  struct run longest = take(20, 0);
  struct run after = take(1, 0);
  give_at(before, 7);
  give_at(after, 9);
  give(&longest);
  assert_true(freed_nanos(&before) > 9);
  assert_all_free();
}

static void what_is_left_of_a_run_keeps_its_place_and_time(void **state) {
  (void)state;
  struct run cut = take(20, 0);
  struct run apart = take(1, 0);
  struct run newer = take(4, 0);
  struct run end = take(1, 0);
  give_at(cut, 7);
  give_at(newer, 9);
  struct run taken = take(8, 0);
  assert_int_equal(taken.first, cut.first);
  assert_int_equal(panamem_record(cut.first + 8)->freed_nanos, 7);
  assert_int_equal(panamem_heap.page_heap.dirty_oldest, cut.first + 8);
  assert_int_equal(panamem_heap.page_heap.dirty_newest, newer.first);
  give(&taken);
  give(&apart);
  give(&end);
  assert_all_free();
}

static void random_runs_keep_every_equation(void **state) {
  (void)state;
  uint64_t random = random_seed();
  panamem_heap.page_heap.dirty_cap_bytes = BYTES(300);
  for (int step = 0; step < 6000; step++) {
    struct run *run = &runs[random_below(&random, RUNS)];
    if (run->first != 0) {
      give(run);
    } else {
      uint32_t most = random_below(&random, 10) == 0 ? 200 : 20;
      *run = take(1 + (uint32_t)random_below(&random, most), (uint32_t)random_below(&random, PANAMEM_DOMAINS));
    }
    assert_in_range(panamem_heap.page_heap.dirty_bytes, 0, BYTES(300));
    if (step % 50 == 0) {
      assert_heap_sound();
    }
    if (step % 500 == 0) {
      panamem_runs_purge(BYTES(random_below(&random, 300)));
    }
  }
  give_all();
  assert_all_free();
}

static void dirty_pages_come_first_and_are_not_called_zeroed(void **state) {
  (void)state;
  bool zeroed;
  runs[0] = take(5, 0);
  uint32_t first = runs[0].first;
  assert_int_equal(first, PANAMEM_ARENA_PAGES);
  give(&runs[0]);
  assert_int_equal(panamem_run_take(3, 1, &zeroed), first);
  assert_false(zeroed);
  assert_int_equal(panamem_heap.page_heap.dirty_bytes, BYTES(2));
  assert_int_equal(panamem_heap.page_heap.committed_bytes, BYTES(5));
  assert_int_equal(panamem_run_take(3, 1, &zeroed), first + 5);
  assert_true(zeroed);
}

static void purge_returns_the_oldest_first_and_reads_as_zero(void **state) {
  (void)state;
  for (int i = 0; i < 6; i++) {
    runs[i] = take(4, 0);
  }
  uint32_t second = runs[1].first;
  uint32_t fourth = runs[3].first;
  give(&runs[3]);
  give(&runs[1]);
  panamem_runs_purge(BYTES(4));
  assert_int_equal(panamem_record(fourth)->state, PANAMEM_PAGE_CLEAN);
  assert_int_equal(panamem_record(second)->state, PANAMEM_PAGE_DIRTY);
  assert_int_equal(*(char *)panamem_page_address(fourth), 0);
  assert_int_equal(panamem_heap.page_heap.purged_total_bytes, BYTES(4));
  assert_heap_sound();
}

/* How many runs of these pages fit; they are in runs. */
static uint32_t take_until_refused(uint32_t pages, uint32_t domain) {
  uint32_t count = 0;
  while (count < RUNS && (runs[count] = take(pages, domain)).first != 0) {
    count++;
  }
  return count;
}

static void every_limit_refuses_what_is_beyond_and_frees_make_room(void **state) {
  (void)state;
  struct panamem_page_heap *heap = &panamem_heap.page_heap;
  for (uint32_t limit = 0; limit <= 150; limit++) {
    for (uint32_t pages = 1; pages <= 40; pages += 13) {
      bool whole = limit % 2 == 0;
      heap->limit_bytes = whole ? BYTES(limit) : UINT64_MAX;
      heap->domain_limit_bytes[1] = whole ? UINT64_MAX : BYTES(limit);
      uint64_t refused = heap->refused_limit;
      assert_int_equal(take_until_refused(pages, 1), limit / pages);
      assert_int_equal(heap->refused_limit, refused + 1);
      assert_true(heap->committed_bytes <= heap->limit_bytes);
      if (limit >= pages) { /* one goes, one comes, also when its place is dirty */
        give(&runs[0]);
        runs[0] = take(pages, 1);
        assert_int_not_equal(runs[0].first, 0);
      }
      assert_heap_sound();
      give_all();
      assert_all_free();
    }
  }
  assert_int_equal(heap->refused_os, 0);
}

static void another_domains_limit_does_not_count(void **state) {
  (void)state;
  panamem_heap.page_heap.domain_limit_bytes[1] = BYTES(10);
  runs[0] = take(100, 0);
  runs[1] = take(10, 1);
  runs[2] = take(100, 2);
  assert_true(runs[0].first != 0 && runs[1].first != 0 && runs[2].first != 0);
  assert_int_equal(take(1, 1).first, 0);
  panamem_heap.page_heap.domain_limit_bytes[1] = BYTES(5); /* below the use: nothing grows, nothing is lost */
  assert_int_equal(take(1, 1).first, 0);
  assert_heap_sound();
}

static void the_range_ends_exactly(void **state) {
  (void)state;
  uint32_t pages = 63 * PANAMEM_ARENA_PAGES; /* arena 0 is never used */
  for (uint32_t each = 1; each <= 100; each += 9) {
    panamem_heap.page_heap.dirty_cap_bytes = 0;
    bool zeroed;
    uint32_t taken = 0;
    while (panamem_run_take(each, 0, &zeroed) != 0) {
      taken++;
    }
    assert_int_equal(taken, pages / each);
    assert_int_equal(panamem_heap.page_heap.arenas_taken, 64);
    assert_int_equal(panamem_run_take(pages, 0, &zeroed), 0);
    heap_fresh(64 * MIB);
  }
}

static void a_full_range_serves_again_what_is_freed(void **state) {
  (void)state;
  uint32_t count = take_until_refused(37, 0);
  assert_int_equal(count, 63 * PANAMEM_ARENA_PAGES / 37);
  assert_true(panamem_heap.page_heap.refused_os > 0);
  for (uint32_t i = 0; i < count; i += 7) {
    give(&runs[i]);
    runs[i] = take(37, 2);
    assert_int_not_equal(runs[i].first, 0);
    assert_heap_sound();
  }
  give_all();
  assert_all_free();
}

static void an_os_that_refuses_pages_is_believed_and_asked_again(void **state) {
  (void)state;
  if (SANITIZED) {
    skip();
  }
  struct rlimit before;
  assert_int_equal(getrlimit(RLIMIT_DATA, &before), 0);
  struct rlimit none = {1, before.rlim_max};
  for (uint32_t arenas = 0; arenas < 10; arenas++) {
    for (uint32_t i = 0; i < arenas; i++) {
      runs[i] = take(PANAMEM_ARENA_PAGES, 0);
    }
    bool zeroed;
    uint64_t refused = panamem_heap.page_heap.refused_os;
    setrlimit(RLIMIT_DATA, &none);
    uint32_t first = panamem_run_take(1, 0, &zeroed);
    setrlimit(RLIMIT_DATA, &before);
    assert_int_equal(first, 0);
    assert_int_equal(panamem_heap.page_heap.refused_os, refused + 1);
    assert_heap_sound();
    runs[arenas] = take(1, 0);
    assert_int_not_equal(runs[arenas].first, 0);
    heap_fresh(64 * MIB);
    memset(runs, 0, sizeof runs);
  }
}

static void an_address_space_limit_counts_what_is_committed(void **state) {
  (void)state;
  if (SANITIZED) {
    skip();
  }
  struct rlimit before;
  assert_int_equal(getrlimit(RLIMIT_AS, &before), 0);
  struct rlimit low = {3 * MIB, before.rlim_max};
  runs[0] = take(2 * PANAMEM_ARENA_PAGES, 0);
  setrlimit(RLIMIT_AS, &low); /* the range was reserved before, and escapes it */
  bool zeroed;
  uint32_t too_much = panamem_run_take(2 * PANAMEM_ARENA_PAGES, 0, &zeroed);
  uint32_t fits = panamem_run_take(PANAMEM_ARENA_PAGES, 0, &zeroed);
  uint32_t no_more = panamem_run_take(1, 0, &zeroed);
  setrlimit(RLIMIT_AS, &before);
  assert_int_equal(too_much, 0);
  assert_int_not_equal(fits, 0);
  assert_int_equal(no_more, 0);
  assert_int_equal(panamem_heap.page_heap.refused_os, 2);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(the_dirty_cap_may_follow_what_is_in_use, fresh),
      cmocka_unit_test_setup(a_merged_run_is_as_old_as_its_longest_part, fresh),
      cmocka_unit_test_setup(the_longest_part_may_come_last, fresh),
      cmocka_unit_test_setup(what_is_freed_now_is_new_when_it_is_the_longest, fresh),
      cmocka_unit_test_setup(what_is_left_of_a_run_keeps_its_place_and_time, fresh),
      cmocka_unit_test_setup(random_runs_keep_every_equation, fresh),
      cmocka_unit_test_setup(dirty_pages_come_first_and_are_not_called_zeroed, fresh),
      cmocka_unit_test_setup(purge_returns_the_oldest_first_and_reads_as_zero, fresh),
      cmocka_unit_test_setup(every_limit_refuses_what_is_beyond_and_frees_make_room, fresh),
      cmocka_unit_test_setup(another_domains_limit_does_not_count, fresh),
      cmocka_unit_test_setup(the_range_ends_exactly, fresh),
      cmocka_unit_test_setup(a_full_range_serves_again_what_is_freed, fresh),
      cmocka_unit_test_setup(an_os_that_refuses_pages_is_believed_and_asked_again, fresh),
      cmocka_unit_test_setup(an_address_space_limit_counts_what_is_committed, fresh),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
