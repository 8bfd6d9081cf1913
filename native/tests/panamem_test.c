/* SPDX-License-Identifier: Apache-2.0
 *
 * The public functions that are no file of their own: limits, purge, check, usable sizes.
 */
#include "fixture.h"

#include <stdlib.h>
#include <string.h>

#include "../../include/panamem/panamem.h"
#include "../entry.h"
#include "../heap.h"
#include "../magazine.h"
#include "fake_entries.h"
#include "fake_start.h"
#include "serving.h"

static void limits_are_set_lifted_and_refused_for_unknown_domains(void **state) {
  (void)state;
  struct panamem_page_heap *heap = &panamem_heap.page_heap;
  assert_int_equal(panamem_limit(PANAMEM_ALL_DOMAINS, 5 * MIB), 0);
  assert_int_equal(heap->limit_bytes, 5 * MIB);
  for (uint32_t domain = 0; domain < PANAMEM_DOMAINS; domain++) {
    assert_int_equal(panamem_limit((int)domain, (domain + 1) * MIB), 0);
    assert_int_equal(heap->domain_limit_bytes[domain], (domain + 1) * MIB);
  }
  assert_int_equal(panamem_limit(-2, 1), -1);
  assert_int_equal(panamem_limit(3, 1), -1);
  assert_null(panamem_arena_malloc(NULL, MIB + 1));
  void *obj = PANAMEM_DOMAIN_CONTEXT(2);
  void *block = panamem_arena_malloc(obj, 3 * MIB);
  assert_non_null(block);
  assert_null(panamem_arena_malloc(obj, 100000));
  panamem_arena_free(obj, block); /* frees make room again */
  assert_non_null(panamem_arena_malloc(obj, 3 * MIB));
  assert_int_equal(panamem_limit(PANAMEM_ALL_DOMAINS, 0), 0);
  assert_int_equal(panamem_limit(0, 0), 0);
  assert_true(heap->limit_bytes == UINT64_MAX && heap->domain_limit_bytes[0] == UINT64_MAX);
  assert_non_null(panamem_arena_malloc(NULL, 20 * MIB));
  assert_heap_sound();
}

static void purge_flushes_and_gives_back_all_but_what_to_keep(void **state) {
  (void)state;
  void *blocks[1000];
  for (int i = 0; i < 1000; i++) {
    blocks[i] = panamem_arena_malloc(NULL, 5000);
  }
  void *large = panamem_arena_malloc(NULL, 10 * MIB);
  memset(large, 1, 10 * MIB);
  panamem_arena_free(NULL, large);
  for (int i = 0; i < 1000; i++) {
    panamem_arena_free(NULL, blocks[i]);
  }
  assert_int_equal(panamem_purge(UINT64_MAX), 0);
  uint64_t committed = panamem_heap.page_heap.committed_bytes;
  uint64_t purged = panamem_purge(0);
  assert_true(purged >= 10 * MIB);
  assert_int_equal(panamem_heap.page_heap.committed_bytes, committed - purged);
  assert_int_equal(panamem_heap.page_heap.dirty_bytes, 0);
  uint64_t out = 0;
  for (uint32_t bin = 0; bin < PANAMEM_BINS; bin++) {
    out += panamem_heap.bins[bin].blocks_out;
  }
  assert_int_equal(out, 0);
  assert_int_equal(panamem_purge(0), 0);
  assert_heap_sound();
}

static void check_answers_for_java_only(void **state) {
  (void)state;
  char text[256] = "";
  assert_int_equal(panamem_check(text, sizeof text), 1);
  assert_string_equal(text, "");
  panamem_heap.page_heap.used_bytes[1]++;
  assert_int_equal(panamem_check(text, sizeof text), 0);
  assert_non_null(strstr(text, "domain 1"));
  panamem_heap.page_heap.used_bytes[1]--;
  panamem_state_set(PANAMEM_STATE_CHILD);
  assert_int_equal(panamem_check(text, sizeof text), -1);
}

static void a_check_that_java_cannot_finish_says_so(void **state) {
  (void)state;
  char text[256] = "";
  fake_entries.refuses[PANAMEM_ENTRY_CHECK] = true; /* as an entry that threw */
  assert_int_equal(panamem_check(text, sizeof text), 0);
  assert_non_null(strstr(text, "ended early"));
  assert_int_equal(panamem_check(NULL, 0), 0);
}

static void usable_sizes_are_of_our_blocks(void **state) {
  (void)state;
  char *large = panamem_arena_malloc(NULL, 40000);
  assert_int_equal(panamem_usable_size(panamem_arena_malloc(NULL, 1)), 16);
  assert_int_equal(panamem_usable_size(panamem_arena_malloc(NULL, 513)), 576);
  assert_int_equal(panamem_usable_size(panamem_arena_malloc(NULL, 32768)), 32768);
  assert_int_equal(panamem_usable_size(large), 49152);
  assert_int_equal(panamem_usable_size(large + PANAMEM_PAGE_BYTES), 0);
  assert_int_equal(panamem_usable_size(NULL), 0);
  void *foreign = malloc(10);
  assert_int_equal(panamem_usable_size(foreign), 0);
  free(foreign);
}

static void the_version_is_the_headers(void **state) {
  (void)state;
  assert_string_equal(panamem_version(), PANAMEM_VERSION);
}

static void without_a_range_everything_answers(void **state) {
  (void)state;
  char text[64];
  fake_start_refuses = true;
  panamem_self->gate_bytes = 0;
  assert_int_equal(panamem_purge(0), 0);
  assert_int_equal(panamem_check(text, sizeof text), -1);
  assert_int_equal(panamem_ping(1), 0);
  assert_int_equal(panamem_limit(0, MIB), 0);
  fake_start_refuses = false;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(limits_are_set_lifted_and_refused_for_unknown_domains, fallback_serves),
      cmocka_unit_test_setup(limits_are_set_lifted_and_refused_for_unknown_domains, java_serves),
      cmocka_unit_test_setup(purge_flushes_and_gives_back_all_but_what_to_keep, fallback_serves),
      cmocka_unit_test_setup(purge_flushes_and_gives_back_all_but_what_to_keep, java_serves),
      cmocka_unit_test_setup(check_answers_for_java_only, java_serves),
      cmocka_unit_test_setup(a_check_that_java_cannot_finish_says_so, java_serves),
      cmocka_unit_test_setup(usable_sizes_are_of_our_blocks, fallback_serves),
      cmocka_unit_test(the_version_is_the_headers),
      cmocka_unit_test_setup(without_a_range_everything_answers, java_serves),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
