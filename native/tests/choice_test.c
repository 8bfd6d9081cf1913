/* SPDX-License-Identifier: Apache-2.0
 *
 * PANAMEM_MALLOC: every name and its rows, PYTHONMALLOC where it counts, and for what is wrong the exact line.
 */
#include "fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../choice.h"
#include "../guard.h"
#include "../hardened.h"
#include "../magazine.h"
#include "../options.h"
#include "../peers.h"
#include "../pymalloc.h"
#include "../upcall.h"
#include "../user.h"
#include "fake_start.h"

#define NAMES \
  "default, arena, upcall, pymalloc, malloc, mimalloc, jemalloc, tcmalloc, java:<class>, debug, <name>_debug, hardened, " \
  "guard, guard:rate=<N>, off"

static struct panamem_choice choice;
static char error[512];

static void choose(const char *name) {
  if (!panamem_choose(name, &choice, error, sizeof error)) {
    fail_msg("'%s': %s", name, error);
  }
}

static void names_lead_to_their_rows(void **state) {
  (void)state;
  static const struct {
    const char *given, *name;
    bool debug, java;
    void *(*malloc)(void *, size_t);
  } cases[] = {
      {NULL, "arena", false, true, panamem_arena_malloc},
      {"", "arena", false, true, panamem_arena_malloc},
      {"default", "arena", false, true, panamem_arena_malloc},
      {"arena", "arena", false, true, panamem_arena_malloc},
      {"upcall", "upcall", false, true, panamem_upcall_malloc},
      {"debug", "arena_debug", true, true, panamem_arena_malloc},
      {"default_debug", "arena_debug", true, true, panamem_arena_malloc},
      {"arena_debug", "arena_debug", true, true, panamem_arena_malloc},
      {"upcall_debug", "upcall_debug", true, true, panamem_upcall_malloc},
      {"java:a.B", "java:a.B", false, true, panamem_user_malloc},
      {"java:a.B_debug", "java:a.B_debug", true, true, panamem_user_malloc},
      {"guard", "guard", false, true, panamem_guard_malloc},
      {"guard:rate=7", "guard:rate=7", false, true, panamem_guard_malloc},
      {"hardened", "hardened", false, true, panamem_hardened_malloc},
      {"hardened_debug", "hardened_debug", true, true, panamem_hardened_malloc},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    choose(cases[i].given);
    assert_string_equal(choice.name, cases[i].name);
    assert_int_equal(choice.debug, cases[i].debug);
    assert_int_equal(choice.java, cases[i].java);
    assert_false(choice.off);
    bool each_call = cases[i].malloc == panamem_upcall_malloc || cases[i].malloc == panamem_user_malloc;
    assert_int_equal(choice.crossings == PANAMEM_CROSSES_EACH_CALL, each_call);
    for (int domain = 0; domain < PANAMEM_DOMAINS; domain++) {
      assert_ptr_equal(choice.rows[domain].malloc, cases[i].malloc);
      assert_ptr_equal(choice.rows[domain].ctx, cases[i].malloc == panamem_hardened_malloc
                                                    ? PANAMEM_HARDENED_CONTEXT(domain)
                                                    : PANAMEM_DOMAIN_CONTEXT(domain));
    }
  }
  choose("hardened");
  assert_true(choice.hides_addresses);
  assert_int_equal(choice.crossings, PANAMEM_CROSSES_RARELY);
  choose("hardened_debug");
  assert_true(choice.hides_addresses);
  choose("guard:rate=7");
  assert_int_equal(choice.crossings, PANAMEM_CROSSES_OFTEN);
  choose("pymalloc");
  assert_int_equal(choice.crossings, PANAMEM_CROSSES_OFTEN);
  choose("java:a.B_debug");
  assert_string_equal(choice.user_class, "a.B");
  choose("arena");
  assert_false(choice.hides_addresses);
  assert_string_equal(choice.user_class, "");
}

static void malloc_is_libcs_and_needs_no_java(void **state) {
  (void)state;
  PyMemAllocatorEx libc = panamem_libc_row();
  choose("malloc_debug");
  assert_true(choice.debug);
  assert_false(choice.java);
  for (int domain = 0; domain < PANAMEM_DOMAINS; domain++) {
    assert_memory_equal(&choice.rows[domain], &libc, sizeof libc);
  }
}

static void pymalloc_leaves_the_raw_domain_to_libc(void **state) {
  (void)state;
  PyMemAllocatorEx libc = panamem_libc_row();
  choose("pymalloc");
  assert_memory_equal(&choice.rows[PYMEM_DOMAIN_RAW], &libc, sizeof libc);
  assert_ptr_equal(choice.rows[PYMEM_DOMAIN_MEM].malloc, panamem_pymalloc_malloc);
  assert_ptr_equal(choice.rows[PYMEM_DOMAIN_OBJ].free, panamem_pymalloc_free);
  assert_non_null(choice.print);
  choose("arena");
  assert_null(choice.print);
}

static void guard_may_bring_its_rate(void **state) {
  (void)state;
  panamem_options.guard_rate = 1;
  choose("guard:rate=1000");
  assert_int_equal(panamem_options.guard_rate, 1000);
  assert_ptr_equal(choice.prepare, panamem_guard_prepare);
  choose("arena");
  assert_null(choice.prepare);
  static const char *const wrong[] = {"0", "", "x", "-1", "7x", "4294967296"};
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
    char name[64], line[128];
    snprintf(name, sizeof name, "guard:rate=%s", wrong[i]);
    snprintf(line, sizeof line, "PANAMEM_MALLOC: bad rate '%s' of 'guard'; allowed: guard:rate=<N>, N from 1 on", wrong[i]);
    assert_false(panamem_choose(name, &choice, error, sizeof error));
    assert_string_equal(error, line);
  }
  panamem_options.guard_rate = 1;
}

static void hardened_has_rows_that_zero(void **state) {
  (void)state;
  panamem_options.hardened_zeroes = true;
  choose("hardened");
  assert_ptr_equal(choice.rows[PYMEM_DOMAIN_OBJ].free, panamem_zeroing_free);
  panamem_options.hardened_zeroes = false;
}

static void off_is_marked(void **state) {
  (void)state;
  choose("off");
  assert_true(choice.off);
  assert_false(choice.debug);
  assert_string_equal(choice.name, "off");
}

static void unknown_names_are_answered_by_all_that_are_known(void **state) {
  (void)state;
  static const char *const wrong[] = {"Arena", "arena ", "_debug", "debug_debug", "off_debug", "java:", "java:_debug",
                                      "java", "arenas", "mimalloc2", "guard_debug", "guard:", "guard:rate"};
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
    char line[256];
    snprintf(line, sizeof line, "PANAMEM_MALLOC: unknown allocator '%s'; allowed: " NAMES, wrong[i]);
    assert_false(panamem_choose(wrong[i], &choice, error, sizeof error));
    assert_string_equal(error, line);
  }
}

static void names_have_a_greatest_length(void **state) {
  (void)state;
  char name[400] = "java:";
  memset(name + 5, 'c', 243);
  choose(name);
  assert_int_equal(strlen(choice.user_class), 243);
  name[248] = 'c';
  assert_false(panamem_choose(name, &choice, error, sizeof error));
  assert_string_equal(error, "PANAMEM_MALLOC: name of 249 bytes is too long");
}

/* ---- The environment ------------------------------------------------------------------------------------------------------ */

static void set(const char *own, const char *pythons) {
  own == NULL ? unsetenv("PANAMEM_MALLOC") : setenv("PANAMEM_MALLOC", own, 1);
  pythons == NULL ? unsetenv("PYTHONMALLOC") : setenv("PYTHONMALLOC", pythons, 1);
}

static const char *asked(bool heed_pythonmalloc) {
  const char *name = "unset";
  if (!panamem_choice_from_environment(heed_pythonmalloc, &name, error, sizeof error)) {
    fail_msg("%s", error);
  }
  return name;
}

static void our_variable_comes_before_pythons(void **state) {
  (void)state;
  set(NULL, NULL);
  assert_null(asked(true));
  set("upcall", "nonsense");
  assert_string_equal(asked(true), "upcall");
  set("", "malloc");
  assert_string_equal(asked(true), "malloc");
  set(NULL, "");
  assert_null(asked(true));
  set(NULL, "nonsense");
  assert_null(asked(false)); /* a CPython reads it, so it is its business */
}

static void pythons_names_mean_what_they_mean_there(void **state) {
  (void)state;
  static const char *const shared[] = {"default", "debug", "malloc", "malloc_debug", "pymalloc", "pymalloc_debug"};
  for (size_t i = 0; i < sizeof shared / sizeof shared[0]; i++) {
    set(NULL, shared[i]);
    assert_string_equal(asked(true), shared[i]);
    choose(shared[i]);
  }
  const char *name;
  set(NULL, "arena");
  assert_false(panamem_choice_from_environment(true, &name, error, sizeof error));
  assert_string_equal(error, "PYTHONMALLOC=arena: unknown allocator; allowed: default, debug, malloc, malloc_debug, "
                             "pymalloc, pymalloc_debug");
  static const char *const mimallocs[] = {"mimalloc", "mimalloc_debug"};
  for (int i = 0; i < 2; i++) {
    char line[200];
    set(NULL, mimallocs[i]);
    snprintf(line, sizeof line, "PYTHONMALLOC=%s: CPython's built-in mimalloc is not here; PANAMEM_MALLOC=mimalloc takes "
             "an installed one", mimallocs[i]);
    assert_false(panamem_choice_from_environment(true, &name, error, sizeof error));
    assert_string_equal(error, line);
  }
  set(NULL, NULL);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(names_lead_to_their_rows),
      cmocka_unit_test(malloc_is_libcs_and_needs_no_java),
      cmocka_unit_test(pymalloc_leaves_the_raw_domain_to_libc),
      cmocka_unit_test(guard_may_bring_its_rate),
      cmocka_unit_test(hardened_has_rows_that_zero),
      cmocka_unit_test(off_is_marked),
      cmocka_unit_test(unknown_names_are_answered_by_all_that_are_known),
      cmocka_unit_test(names_have_a_greatest_length),
      cmocka_unit_test(our_variable_comes_before_pythons),
      cmocka_unit_test(pythons_names_mean_what_they_mean_there),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
