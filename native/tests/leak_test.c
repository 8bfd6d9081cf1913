/* SPDX-License-Identifier: Apache-2.0
 *
 * Leak tests: what is a leak and what a cache, over calls of every kind, as text and as JSON.
 */
#include "cmocka_all.h"

#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../include/panamem/pymem.h"
#include "../../include/panamem/testing.h"
#include "../fast_path.h"
#include "../options.h"
#include "../sites.h"
#include "capture.h"
#include "leak_fixture.h"

/* ---- Calls ------------------------------------------------------------------------------------------------------------- */

static NOINLINE void *make(size_t bytes) {
  void *block = PyMem_Malloc(bytes);
  __asm__ volatile("");
  return block;
}

static void clean(void) {
  void *block = PyMem_Malloc(40), *object = PyObject_Malloc(8), *raw = PyMem_RawMalloc(1);
  block = PyMem_Realloc(block, 4000);
  PyMem_Free(block);
  PyObject_Free(object);
  PyMem_RawFree(raw);
}

static void leak_one(void) {
  kept[calls % KEPT_MOST] = make(100);
}

static void leak_at_even_times(void) {
  if (calls % 2 == 0) {
    leak_one();
  }
}

static void leak_at_odd_times(void) {
  if (calls % 2 == 1) {
    leak_one();
  }
}

static void leak_once_in_the_middle(void) {
  if (calls == 3) {
    leak_one();
  }
}

static void fill_a_cache(void) {
  for (int i = 0; i < 10 && calls == 0; i++) {
    kept[i] = PyObject_Malloc(24);
  }
}

static void replace_the_last(void) {
  PyMem_Free(kept[0]);
  kept[0] = make(10);
}

static void keep_the_last_two(void) {
  PyMem_Free(kept[calls % 2]);
  kept[calls % 2] = make(10);
}

static void grow_one_buffer(void) {
  kept[0] = PyMem_Realloc(kept[0], (size_t)(calls + 1) * 100);
}

static void leak_in_both_ways(void) {
  leak_one();
  kept[1] = PyObject_Calloc(1, 7);
  PyMem_Free(make(5));
}

/* ---- What counts ------------------------------------------------------------------------------------------------------- */

static void one_call_is_exact(void **state) {
  (void)state;
  assert_int_equal(leaked(clean, 1), 0);
  assert_string_equal(report, "");
  assert_int_equal(leaked(leak_one, 1), 1);
  assert_int_equal(leaked(fill_a_cache, 1), 10);
  assert_int_equal(leaked(leak_in_both_ways, 1), 2);
  assert_int_equal(leaked(clean, 1), 0);
}

static void caches_settle(void **state) {
  (void)state;
  assert_int_equal(leaked(clean, 8), 0);
  assert_int_equal(leaked(fill_a_cache, 8), 0);
  assert_int_equal(leaked(replace_the_last, 8), 0);
  assert_int_equal(leaked(keep_the_last_two, 8), 0);
  assert_int_equal(leaked(grow_one_buffer, 8), 0);
  assert_int_equal(leaked(leak_once_in_the_middle, 8), 0);
}

static void leaks_do_not(void **state) {
  (void)state;
  for (int rounds = 2; rounds <= PANAMEM_LEAK_ROUNDS_MOST; rounds++) {
    assert_int_equal(leaked(leak_one, rounds), 1);
    assert_int_equal(leaked(leak_in_both_ways, rounds), 2);
  }
  assert_int_equal(leaked(leak_at_even_times, 8), 1);
  assert_int_equal(leaked(leak_at_odd_times, 8), 1);
}

static void what_was_there_before_does_not_count(void **state) {
  (void)state;
  char *before = PyMem_Malloc(50);
  assert_int_equal(panamem_leak_begin(), 0);
  before = PyMem_Realloc(before, 50000); /* to another address */
  char *within = PyMem_Realloc(PyMem_Malloc(10), 5000);
  assert_int_equal(panamem_leak_end(report, sizeof report), 1);
  PyMem_Free(before);
  PyMem_Free(within);
}

/* ---- Many runs, many threads -------------------------------------------------------------------------------------------- */

static void a_thousand_clean_runs_have_no_leak(void **state) {
  (void)state;
  for (int i = 0; i < 1000; i++) {
    assert_int_equal(leaked(i % 2 == 0 ? clean : fill_a_cache, 8), 0);
  }
}

static pthread_t threads[8];
static sem_t has_leaked, may_end;

static void *leak_here(void *ignored) {
  leak_one();
  sem_post(&has_leaked);
  sem_wait(&may_end);
  return ignored;
}

static void leak_in_a_thread(void) {
  pthread_create(&threads[calls], NULL, leak_here, NULL);
  sem_wait(&has_leaked);
}

static void other_threads_count_as_one_place(void **state) {
  (void)state;
  sem_init(&has_leaked, 0, 0);
  sem_init(&may_end, 0, 0);
  assert_int_equal(leaked(leak_in_a_thread, 8), 1);
  for (int i = 0; i < 8; i++) {
    sem_post(&may_end);
  }
  for (int i = 0; i < 8; i++) {
    pthread_join(threads[i], NULL);
  }
}

/* ---- The report -------------------------------------------------------------------------------------------------------- */

static void set_rate(uint32_t rate) {
  panamem_options.stack_rate = rate;
  panamem_sites_prepare();
}

static void the_report_tells_places(void **state) {
  (void)state;
  set_rate(1000000);
  assert_int_equal(leaked(leak_in_both_ways, 8), 2);
  assert_non_null(strstr(report, "panamem: leak: one call leaves 2 blocks, 107 bytes, in 2 places\n"));
  assert_non_null(strstr(report, "  1 block, 100 bytes, domain MEM, request "));
  assert_non_null(strstr(report, "  1 block, 7 bytes, domain OBJ, request "));
  assert_non_null(strstr(report, "  allocated, thread 0x"));
#ifdef PANAMEM_BACKTRACE
  assert_non_null(strstr(report, "    make at "));
  assert_non_null(strstr(report, "    leak_one at ")); /* whole stacks, whatever the rate */
#endif
  set_rate(1);
  assert_int_equal(leaked(leak_one, 1), 1);
  assert_memory_equal(report, "panamem: leak: one call leaves 1 block, 100 bytes, in 1 place\n", 62);
}

static void leak_and_fill(void) {
  leak_one();
  fill_a_cache();
}

static void the_report_counts_what_has_settled(void **state) {
  (void)state;
  assert_int_equal(leaked(leak_and_fill, 8), 1);
  assert_non_null(strstr(report, "  besides, 10 blocks of caches that have settled\n"));
}

static void json_is_one_line(void **state) {
  (void)state;
  panamem_options.format = PANAMEM_FORMAT_JSON;
  assert_int_equal(leaked(leak_in_both_ways, 4), 2);
  panamem_options.format = PANAMEM_FORMAT_TEXT;
  assert_memory_equal(report, "{\"panamem_leak\":1,\"blocks\":2,\"bytes\":107,\"calls\":4,\"settled_blocks\":0,\"process\":", 80);
  assert_non_null(strstr(report, "\"places\":[{\"blocks\":1,\"bytes\":"));
  assert_ptr_equal(strchr(report, '\n'), report + strlen(report) - 1);
}

static void leak_to_stderr(void *report_too) {
  calls = 0;
  panamem_leak_begin();
  leak_one();
  panamem_leak_end(report_too, report_too == NULL ? 0 : 40);
  if (report_too != NULL) {
    fputs(report_too, stderr);
  }
}

static void it_goes_to_stderr_or_is_cut_to_the_room(void **state) {
  (void)state;
  struct capture end = capture(leak_to_stderr, NULL);
  assert_memory_equal(end.text, "panamem: leak: one call leaves 1 block, ", 40);
  end = capture(leak_to_stderr, report);
  assert_string_equal(end.text, "panamem: leak: one call leaves 1 block,");
}

/* ---- Errors ------------------------------------------------------------------------------------------------------------ */

static void end_without_begin(void *ignored) {
  (void)ignored;
  REQUIRE(panamem_leak_end(NULL, 0) == -1);
}

static void round_without_begin(void *ignored) {
  (void)ignored;
  REQUIRE(panamem_leak_round() == -1);
}

static void begin_within_begin(void *ignored) {
  (void)ignored;
  REQUIRE(panamem_leak_begin() == 0);
  REQUIRE(panamem_leak_begin() == -1);
  REQUIRE(strstr(panamem_test_error(), "open already") != NULL);
  REQUIRE(panamem_leak_end(NULL, 0) == 0);
}

static void too_many_rounds(void *ignored) {
  (void)ignored;
  REQUIRE(panamem_leak_begin() == 0);
  for (int i = 1; i < PANAMEM_LEAK_ROUNDS_MOST; i++) {
    REQUIRE(panamem_leak_round() == 0);
  }
  REQUIRE(panamem_leak_round() == -1);
}

static void errors_are_one_line(void **state) {
  (void)state;
  const struct {
    void (*misuse)(void *);
    const char *line;
  } cases[] = {
      {end_without_begin, "panamem: panamem_leak_end: no leak test is open; panamem_leak_begin opens one\n"},
      {round_without_begin, "panamem: panamem_leak_round: no leak test is open; panamem_leak_begin opens one\n"},
      {begin_within_begin, "panamem: panamem_leak_begin: a leak test is open already; panamem_leak_end ends it\n"},
      {too_many_rounds, "panamem: panamem_leak_round: this test has had all the rounds that one may have, 64\n"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct capture end = capture(cases[i].misuse, NULL);
    assert_string_equal(end.text, cases[i].line);
    assert_int_equal(end.status, 0);
  }
}

static void without_hooks(void **state) {
  (void)state;
  assert_int_equal(panamem_leak_begin(), -1);
  assert_non_null(strstr(panamem_test_error(), "PANAMEM_MALLOC=debug"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(without_hooks),
      cmocka_unit_test_setup(one_call_is_exact, hooked),
      cmocka_unit_test(caches_settle),
      cmocka_unit_test(leaks_do_not),
      cmocka_unit_test(what_was_there_before_does_not_count),
      cmocka_unit_test(a_thousand_clean_runs_have_no_leak),
      cmocka_unit_test(other_threads_count_as_one_place),
      cmocka_unit_test(the_report_tells_places),
      cmocka_unit_test(the_report_counts_what_has_settled),
      cmocka_unit_test(json_is_one_line),
      cmocka_unit_test(it_goes_to_stderr_or_is_cut_to_the_room),
      cmocka_unit_test(errors_are_one_line),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
