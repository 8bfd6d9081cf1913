/* SPDX-License-Identifier: Apache-2.0
 *
 * Every request of a call refused once: each kind of verdict, sites told once, the line that does it again.
 */
#include "cmocka_all.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../include/panamem/pymem.h"
#include "../../include/panamem/testing.h"
#include "../fast_path.h"
#include "../options.h"
#include "capture.h"

#define CRASHES __attribute__((no_sanitize("address", "undefined"))) /* by itself, under sanitizers too */

static char report[65536];

static int hooked(void **state) {
  (void)state;
  PyMem_SetupDebugHooks();
  return 0;
}

static int64_t fail_each(int (*call)(void *), const char *filter) {
  struct panamem_fail_test each = {
      .struct_bytes = sizeof each, .call = call, .filter = filter, .cpu_seconds = 1, .seconds = 20, .requests = 1000};
  report[0] = '\0';
  return panamem_fail_each(&each, report, sizeof report);
}

static void assert_told(const char *text) {
  if (strstr(report, text) == NULL) {
    fail_msg("no '%s' in:\n%s", text, report);
  }
}

/* ---- Calls that make two blocks, and a third one by realloc ------------------------------------------------------------- */

struct pair {
  char *one, *two;
};

static void drop(struct pair *pair) {
  if (pair != NULL) {
    PyMem_Free(pair->one);
    PyMem_Free(pair->two);
    PyObject_Free(pair);
  }
}

static NOINLINE struct pair *refuse(struct pair *pair) {
  drop(pair);
  return NULL;
}

static NOINLINE struct pair *make_well(void) {
  struct pair *pair = PyObject_Calloc(1, sizeof *pair);
  if (pair == NULL || (pair->one = PyMem_Malloc(10)) == NULL || (pair->two = PyMem_Malloc(20)) == NULL) {
    return refuse(pair);
  }
  char *longer = PyMem_Realloc(pair->one, 1000);
  if (longer == NULL) {
    return refuse(pair);
  }
  pair->one = longer;
  return pair;
}

static int well(void *ignored) {
  (void)ignored;
  struct pair *pair = make_well();
  drop(pair);
  return pair == NULL ? PANAMEM_REFUSED : PANAMEM_RIGHT;
}

static CRASHES int unchecked(void *ignored) {
  (void)ignored;
  struct pair *pair = PyObject_Calloc(1, sizeof *pair);
  pair->one = PyMem_Malloc(10);
  drop(pair);
  return PANAMEM_RIGHT;
}

static int leaking(void *ignored) {
  (void)ignored;
  struct pair *pair = PyObject_Calloc(1, sizeof *pair);
  if (pair == NULL || (pair->one = PyMem_Malloc(10)) == NULL) {
    return PANAMEM_REFUSED; /* and pair is lost */
  }
  drop(pair);
  return PANAMEM_RIGHT;
}

static int freeing_twice(void *ignored) {
  (void)ignored;
  char *buffer = PyMem_Malloc(10);
  if (buffer == NULL) {
    return PANAMEM_REFUSED;
  }
  char *longer = PyMem_Realloc(buffer, 20);
  if (longer == NULL) {
    PyMem_Free(buffer);
  }
  PyMem_Free(longer == NULL ? buffer : longer);
  return PANAMEM_RIGHT;
}

static int never_giving_up(void *ignored) {
  (void)ignored;
  static int tried;
  void *block = NULL;
  for (tried = 0; block == NULL; tried++) {
    block = tried == 0 ? PyMem_Malloc(30) : NULL;
    PyMem_Free(tried == 0 ? NULL : PyMem_Malloc(1));
  }
  PyMem_Free(block);
  return PANAMEM_RIGHT;
}

static int busy_for_ever(void *ignored) {
  (void)ignored;
  void *block = PyMem_Malloc(30);
  while (block == NULL) {
    __asm__ volatile("");
  }
  PyMem_Free(block);
  return PANAMEM_RIGHT;
}

static int asleep_for_ever(void *ignored) {
  (void)ignored;
  void *block = PyMem_Malloc(30);
  while (block == NULL) {
    pause();
  }
  PyMem_Free(block);
  return PANAMEM_RIGHT;
}

static int hiding_it(void *ignored) {
  (void)ignored;
  void *block = PyMem_Malloc(30);
  bool served = block != NULL;
  PyMem_Free(block);
  return served ? PANAMEM_RIGHT : PANAMEM_WRONG;
}

static int giving_up(void *ignored) {
  (void)ignored;
  void *block = PyMem_Malloc(30);
  if (block == NULL) {
    fputs("no memory\n", stderr);
    _exit(3);
  }
  PyMem_Free(block);
  return PANAMEM_RIGHT;
}

static CRASHES NOINLINE char *many(void) {
  char *block = PyMem_Malloc(50);
  __asm__ volatile("");
  block[0] = 'x'; /* no check */
  return block;
}

static int in_a_loop(void *ignored) {
  (void)ignored;
  for (int i = 0; i < 10; i++) {
    PyMem_Free(many());
  }
  return PANAMEM_RIGHT;
}

/* The children make other requests than the parent, as when a leak has used up a free list. */
static pid_t parent;

static int otherwise_in_children(void *ignored) {
  void *first = getpid() == parent ? PyObject_Malloc(70) : NULL;
  PyObject_Free(first);
  return unchecked(ignored);
}

/* ---- Verdicts ------------------------------------------------------------------------------------------------------------ */

static void a_good_call_is_clean(void **state) {
  (void)state;
  assert_int_equal(fail_each(well, NULL), 0);
  assert_string_equal(report, "");
}

static void each_kind_has_its_verdict(void **state) {
  (void)state;
  static const struct {
    int (*call)(void *);
    int64_t sites;
    const char *told, *sum;
  } cases[] = {
      {unchecked, 1, "panamem: crash: request 1 of the call is refused, and it ends by SIGSEGV\n  the request: 16 bytes, domain OBJ\n",
       "panamem: fail: each of 2 requests was refused once: 1 clean, 1 crash, at 1 site\n"},
      {leaking, 1, "panamem: leak: request 2 of the call is refused, and it leaves 1 block\n  the request: 10 bytes, domain MEM\n",
       "each of 2 requests was refused once: 1 clean, 1 leak, at 1 site\n"},
      {freeing_twice, 1, "panamem: crash: request 2 of the call is refused, and it ends by SIGABRT\n",
       "each of 2 requests was refused once: 1 clean, 1 crash, at 1 site\n"},
      {never_giving_up, 1, "panamem: hang: request 1 of the call is refused, and it goes on asking for memory\n", " 1 hang, at 1 site\n"},
      {busy_for_ever, 1, "panamem: hang: request 1 of the call is refused, and it goes on for ever, busy\n", " 1 hang, at 1 site\n"},
      {hiding_it, 1, "panamem: wrong result: request 1 of the call is refused, and it answers wrongly\n", " 1 wrong result, at 1 site\n"},
      {giving_up, 1, "panamem: wrong result: request 1 of the call is refused, and it ends the process with status 3\n", "    | no memory\n"},
      {in_a_loop, 1, "panamem: crash: request 1 of the call is refused, and it ends by SIGSEGV\n", " 10 crash, at 1 site\n"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    assert_int_equal(fail_each(cases[i].call, NULL), cases[i].sites);
    assert_told(cases[i].told);
    assert_told(cases[i].sum);
    assert_told("  refused, thread 0x");
  }
}

static void a_deadlock_ends_by_the_clock(void **state) {
  (void)state;
  struct panamem_fail_test each = {.struct_bytes = sizeof each, .call = asleep_for_ever, .seconds = 1};
  assert_int_equal(panamem_fail_each(&each, report, sizeof report), 1);
  assert_told("panamem: hang: request 1 of the call is refused, and it goes on for ever, without work\n");
}

static void what_was_really_refused_is_told(void **state) {
  (void)state;
  parent = getpid();
  assert_int_equal(fail_each(otherwise_in_children, NULL), 1);
  assert_told("panamem: crash: request 2 of the call is refused, and it ends by SIGSEGV\n  the request: 16 bytes, domain OBJ\n");
  assert_told("each of 3 requests was refused once: 1 clean, 1 unreached, 1 crash, at 1 site\n");
}

static void the_filter_chooses_requests(void **state) {
  (void)state;
  assert_int_equal(fail_each(unchecked, "mem"), 0);
  assert_int_equal(fail_each(unchecked, "obj"), 1);
  assert_told("each of 1 requests was refused once: 1 crash, at 1 site\n");
  assert_told("=fail=1:obj:site=fail_each_test+0x");
}

static void the_child_tells_what_it_says(void **state) {
  (void)state;
  assert_int_equal(fail_each(freeing_twice, NULL), 1);
  assert_told("  it says:\n    | panamem: double free: PyMem_Free(0x");
  assert_int_equal(fail_each(leaking, NULL), 1);
  assert_told("    | panamem: leak: one call leaves 1 block, 16 bytes, in 1 place\n");
}

/* ---- Again --------------------------------------------------------------------------------------------------------------- */

static const char *again(void) {
  static char plan[256];
  const char *line = strstr(report, "  again: PANAMEM_OPTIONS=");
  assert_non_null(line);
  line += strlen("  again: PANAMEM_OPTIONS=");
  snprintf(plan, sizeof plan, "%.*s", (int)strcspn(line, "\n"), line);
  return plan;
}

static int (*tried_again)(void *);

static void try_again(void *options) {
  char error[256];
  REQUIRE(panamem_options_parse(options, error, sizeof error));
  fprintf(stderr, "%ld\n", (long)fail_each(tried_again, NULL));
}

static void the_line_does_it_again_in_this_process(void **state) {
  (void)state;
  assert_int_equal(fail_each(unchecked, NULL), 1);
  tried_again = unchecked;
  assert_int_equal(capture(try_again, (void *)again()).signal, SIGSEGV);
  assert_int_equal(fail_each(leaking, NULL), 1);
  tried_again = leaking;
  struct capture end = capture(try_again, (void *)again());
  assert_non_null(strstr(end.text, "panamem: leak: one call leaves 1 block, 16 bytes"));
  assert_non_null(strstr(end.text, "panamem: leak: it leaves 1 block\n1\n"));
}

/* ---- JSON, errors ---------------------------------------------------------------------------------------------------------- */

static void json_is_a_line_for_each_and_one_for_all(void **state) {
  (void)state;
  panamem_options.format = PANAMEM_FORMAT_JSON;
  assert_int_equal(fail_each(unchecked, NULL), 1);
  panamem_options.format = PANAMEM_FORMAT_TEXT;
  assert_memory_equal(report, "{\"panamem_fail\":1,\"verdict\":\"crash\",\"how\":\"it ends by SIGSEGV\",\"request\":1,\"bytes\":16,"
                              "\"domain\":\"OBJ\",\"refused\":{\"thread\":\"0x", 124);
  assert_told("\"again\":\"PANAMEM_OPTIONS=fail=1:site=fail_each_test+0x");
  assert_told(":test\"}\n{\"panamem_fail_sum\":1,\"requests\":2,\"clean\":1,\"unreached\":0,\"crash\":1,\"hang\":0,\"leak\":0,"
              "\"wrong result\":0,\"sites\":1}\n");
}

static int never_right(void *ignored) {
  (void)ignored;
  return PANAMEM_WRONG;
}

static void what_cannot_be_tried_is_told(void **state) {
  (void)state;
  assert_int_equal(fail_each(never_right, NULL), -1);
  assert_non_null(strstr(panamem_test_error(), "does not answer PANAMEM_RIGHT"));
  assert_int_equal(fail_each(NULL, NULL), -1);
  assert_int_equal(fail_each(well, "huge"), -1);
  assert_non_null(strstr(panamem_test_error(), "'huge'"));
}

static void without_hooks(void **state) {
  (void)state;
  assert_int_equal(fail_each(well, NULL), -1);
  assert_non_null(strstr(panamem_test_error(), "PANAMEM_MALLOC=debug"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(without_hooks),
      cmocka_unit_test_setup(a_good_call_is_clean, hooked),
      cmocka_unit_test(each_kind_has_its_verdict),
      cmocka_unit_test(a_deadlock_ends_by_the_clock),
      cmocka_unit_test(what_was_really_refused_is_told),
      cmocka_unit_test(the_filter_chooses_requests),
      cmocka_unit_test(the_child_tells_what_it_says),
      cmocka_unit_test(the_line_does_it_again_in_this_process),
      cmocka_unit_test(json_is_a_line_for_each_and_one_for_all),
      cmocka_unit_test(what_cannot_be_tried_is_told),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
