/* SPDX-License-Identifier: Apache-2.0
 *
 * Refused requests: which ones, by number, domain, size and site; CPython's set_nomemory; what was noted of them.
 */
#include "cmocka_all.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#include "../../include/panamem/pymem.h"
#include "../../include/panamem/testing.h"
#include "../fail.h"
#include "../fast_path.h"
#include "../options.h"
#include "capture.h"

static int hooked(void **state) {
  (void)state;
  PyMem_SetupDebugHooks();
  return 0;
}

/* ---- Requests ------------------------------------------------------------------------------------------------------------ */

NOINLINE void *from_one_site(void);
NOINLINE void *from_one_site(void) {
  void *block = PyMem_Malloc(8);
  __asm__ volatile("");
  return block;
}

NOINLINE void *from_another_site(void);
NOINLINE void *from_another_site(void) {
  void *block = PyObject_Malloc(16);
  __asm__ volatile("");
  return block;
}

static char mark(void *block, void (*release)(void *)) {
  release(block);
  return block == NULL ? '0' : '1';
}

/* Nine requests of every kind: 1 for each that is served, 0 for each that is refused. */
static const char *serve(void) {
  static char served[10];
  char *raw = PyMem_RawMalloc(4), *kept = PyMem_Malloc(32);
  served[0] = raw == NULL ? '0' : '1';
  served[1] = kept == NULL ? '0' : '1';
  served[2] = mark(PyObject_Calloc(2, 8), PyObject_Free);
  void *smaller = kept == NULL ? PyMem_Realloc(NULL, 4) : PyMem_Realloc(kept, 4);
  served[3] = smaller == NULL ? '0' : '1';
  served[4] = mark(PyMem_Malloc(0), PyMem_Free);
  served[5] = mark(from_one_site(), PyMem_Free);
  served[6] = mark(from_another_site(), PyObject_Free);
  served[7] = mark(from_one_site(), PyMem_Free);
  served[8] = mark(PyMem_RawRealloc(NULL, 9), PyMem_RawFree);
  PyMem_Free(smaller == NULL ? kept : smaller);
  PyMem_RawFree(raw);
  return served;
}

static void assert_served(const char *plan, const char *expected) {
  assert_int_equal(panamem_fail(plan), 0);
  const char *served = serve();
  int64_t refused = panamem_fail_refused();
  panamem_fail_stop();
  if (strcmp(served, expected) != 0) {
    fail_msg("%s: %s", plan, served);
  }
  int zeros = 0;
  for (const char *c = expected; *c != '\0'; c++) {
    zeros += *c == '0';
  }
  assert_int_equal(refused, zeros);
  assert_string_equal(serve(), "111111111"); /* and none after the end */
}

static void plans_name_requests(void **state) {
  (void)state;
  assert_served("1", "011111111");
  assert_served("4", "111011111");
  assert_served("9", "111111110");
  assert_served("10", "111111111");
  assert_served("3-5", "110001111");
  assert_served("7-", "111111000");
  assert_served("1-", "000000000");
  assert_served("1:raw", "011111111");
  assert_served("2:raw", "111111110");
  assert_served("2:obj", "111111011");
  assert_served("1-:obj", "110111011");
  assert_served("1:size=0", "111101111");
  assert_served("2:size=16", "111111011");
  assert_served("1-:size=8", "111110101");
  assert_served("2:mem:size=8", "111111101");
  assert_served("1:obj:size=8", "111111111");
  assert_served("3:test", "110111111");
}

static void sites_are_functions_or_offsets(void **state) {
  (void)state;
#if !defined(__SANITIZE_ADDRESS__) /* without optimisation it is PyMem_Malloc that asks */
  assert_served("1:site=from_one_site", "111110111");
  assert_served("2:site=from_one_site", "111111101");
  assert_served("1-:site=from_another_site", "111111011");
  assert_served("1:obj:site=from_one_site", "111111111");
#endif
  assert_served("1-:site=nowhere", "111111111");
}

static void a_refused_realloc_leaves_its_block(void **state) {
  (void)state;
  char *block = PyMem_Malloc(100);
  memset(block, 'x', 100);
  assert_int_equal(panamem_fail("1-2"), 0);
  assert_null(PyMem_Realloc(block, 10));
  assert_null(PyMem_Realloc(block, 100000));
  panamem_fail_stop();
  for (int i = 0; i < 100; i++) {
    assert_int_equal(block[i], 'x');
  }
  PyMem_Free(block);
}

static void nomemory(int64_t start, int64_t stop, const char *expected) {
  assert_int_equal(panamem_fail_nomemory(start, stop), 0);
  assert_string_equal(serve(), expected);
  panamem_fail_stop();
}

/* Modules/_testcapi/mem.c: a request fails when its number is above start and, with a stop above 0, not above that. */
static void set_nomemory_is_cpythons(void **state) {
  (void)state;
  nomemory(0, 0, "000000000");
  nomemory(2, 4, "110011111");
  nomemory(2, 0, "110000000");
  nomemory(8, 9, "111111110");
  nomemory(4, 2, "111111111");
  nomemory(3, 3, "111111111");
  nomemory(-1, 1, "011111111");
}

/* ---- What was noted ------------------------------------------------------------------------------------------------------ */

static void each_request_is_noted(void **state) {
  (void)state;
  assert_int_equal(panamem_fail_note(NULL), 0);
  assert_string_equal(serve(), "111111111");
  assert_int_equal(panamem_fail_stop(), 9);
  static const struct {
    uint64_t bytes;
    int domain;
  } expected[] = {{4, 0}, {32, 1}, {16, 2}, {4, 1}, {0, 1}, {8, 1}, {16, 2}, {8, 1}, {9, 0}};
  struct panamem_request requests[9];
  for (int i = 0; i < 9; i++) {
    char site[2000];
    assert_int_equal(panamem_fail_request(i + 1, &requests[i], site, sizeof site), 0);
    assert_int_equal(requests[i].bytes, expected[i].bytes);
    assert_int_equal(requests[i].domain, expected[i].domain);
    assert_memory_equal(site, "  refused, thread 0x", 20);
  }
  assert_true(requests[0].key != requests[1].key);
}

/* Each plan that was proposed refuses its request and no other. */
static void proposed_plans_are_exact(void **state) {
  (void)state;
#if defined(__SANITIZE_ADDRESS__)
  static const char *const filters[] = {"", "mem", "size=8"};
#else
  static const char *const filters[] = {"", "mem", "size=8", "site=from_one_site"};
#endif
  for (size_t i = 0; i < sizeof filters / sizeof filters[0]; i++) {
    panamem_fail_note(filters[i]);
    serve();
    int64_t requests = panamem_fail_stop();
    assert_true(requests >= 2);
    for (int64_t number = 1; number <= requests; number++) {
      char by_number[256], by_site[256], expected[10];
      panamem_fail_plan_by_number((uint64_t)number, by_number, sizeof by_number);
      panamem_fail_plan_by_site((uint64_t)number, by_site, sizeof by_site);
      assert_int_equal(panamem_fail(by_number), 0);
      memcpy(expected, serve(), sizeof expected);
      assert_int_equal(panamem_fail_refused(), 1);
      assert_int_equal(panamem_fail(by_site), 0);
      assert_string_equal(serve(), expected);
      panamem_fail_stop();
      panamem_fail_note(filters[i]);
      serve();
      panamem_fail_stop();
    }
  }
}

static NOINLINE void ask_for(size_t bytes) {
  PyMem_Free(PyMem_Malloc(bytes));
}

static void proposed_plans_are_short(void **state) {
  (void)state;
  panamem_fail_note("");
  ask_for(10);
  ask_for(20);
  ask_for(20);
  assert_int_equal(panamem_fail_stop(), 3);
  static const char *const begins[] = {"1:site=fail_test+0x", "1:size=20:site=fail_test+0x", "2:size=20:site=fail_test+0x"};
  for (int number = 1; number <= 3; number++) {
    struct panamem_request request;
    assert_int_equal(panamem_fail_request(number, &request, NULL, 0), 0);
    assert_memory_equal(request.plan, begins[number - 1], strlen(begins[number - 1]));
  }
}

static void a_plan_can_rest(void **state) {
  (void)state;
  assert_int_equal(panamem_fail("1"), 0);
  panamem_fail_rest(1);
  assert_string_equal(serve(), "111111111");
  panamem_fail_rest(0);
  assert_string_equal(serve(), "011111111");
  assert_int_equal(panamem_fail_stop(), 9);
  panamem_fail_rest(0);
  assert_string_equal(serve(), "111111111");
}

static void ask_without_end(void *ignored) {
  (void)ignored;
  panamem_fail("1000000");
  panamem_fail_budget(100);
  for (int i = 0; i < 101; i++) {
    if (i == 100) {
      fputs("100 served\n", stderr);
    }
    PyMem_Free(PyMem_Malloc(1));
  }
}

static void a_budget_ends_the_process(void **state) {
  (void)state;
  struct capture end = capture(ask_without_end, NULL);
  assert_string_equal(end.text, "100 served\n");
  assert_int_equal(end.status, PANAMEM_FAIL_HANGS);
}

/* ---- Errors ------------------------------------------------------------------------------------------------------------ */

static void malformed_plans_are_told(void **state) {
  (void)state;
  static const char *const numbers = "does not begin with N, N-M or N- with numbers from 1";
  static const char *const words = "is none of raw, mem, obj, size=BYTES, site=NAME, test";
  static const struct {
    const char *plan, *begin;
    bool is_word;
  } cases[] = {
      {"0", "fail: '0' ", false},       {"", "fail: '' ", false},           {"x", "fail: 'x' ", false},
      {"-1", "fail: '-1' ", false},     {"5-3", "fail: '5-3' ", false},     {" 1", "fail: ' 1' ", false},
      {"1:foo", "fail: 'foo' ", true},  {"1:mem:RAW", "fail: 'RAW' ", true}, {"1:size=", "fail: 'size=' ", true},
      {"1:site=", "fail: 'site=' ", true}, {"1:size=3k", "fail: 'size=3k' ", true},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    char line[200];
    snprintf(line, sizeof line, "%s%s", cases[i].begin, cases[i].is_word ? words : numbers);
    assert_int_equal(panamem_fail(cases[i].plan), -1);
    assert_string_equal(panamem_test_error(), line);
  }
  assert_int_equal(panamem_fail(NULL), -1);
  assert_int_equal(panamem_fail_note("foo"), -1);
  struct panamem_request request;
  assert_int_equal(panamem_fail_request(0, &request, NULL, 0), -1);
}

static void without_hooks(void **state) {
  (void)state;
  assert_int_equal(panamem_fail("1"), -1);
  assert_int_equal(panamem_fail_nomemory(0, 0), -1);
  assert_int_equal(panamem_fail_note(""), -1);
  assert_non_null(strstr(panamem_test_error(), "PANAMEM_MALLOC=debug"));
}

/* ---- The option ---------------------------------------------------------------------------------------------------------- */

static void serve_by_option(void *options) {
  char error[256];
  REQUIRE(panamem_options_parse(options, error, sizeof error));
  PyMem_SetupDebugHooks();
  fputs(serve(), stderr);
  fputs(serve(), stderr);
  fputs(panamem_fail_asked_for() == NULL ? " -" : panamem_fail_asked_for(), stderr);
}

static void the_option_counts_from_the_start(void **state) {
  (void)state;
  struct capture end = capture(serve_by_option, "fail=2-3:mem");
  assert_string_equal(end.text, "111001111111111111 -");
  end = capture(serve_by_option, "fail=2-3:mem:test");
  assert_string_equal(end.text, "1111111111111111112-3:mem:test");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(without_hooks),
      cmocka_unit_test(the_option_counts_from_the_start),
      cmocka_unit_test_setup(plans_name_requests, hooked),
      cmocka_unit_test(sites_are_functions_or_offsets),
      cmocka_unit_test(a_refused_realloc_leaves_its_block),
      cmocka_unit_test(set_nomemory_is_cpythons),
      cmocka_unit_test(each_request_is_noted),
      cmocka_unit_test(proposed_plans_are_exact),
      cmocka_unit_test(proposed_plans_are_short),
      cmocka_unit_test(a_plan_can_rest),
      cmocka_unit_test(a_budget_ends_the_process),
      cmocka_unit_test(malformed_plans_are_told),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
