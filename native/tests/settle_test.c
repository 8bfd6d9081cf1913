/* SPDX-License-Identifier: Apache-2.0
 *
 * Symbol mode between a CPython's choice and our rows. The CPython is played by a table; each case runs in a child, because
 * a process settles once.
 */
#include "fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../include/panamem/panamem.h"
#include "../api_control.h"
#include "../choice.h"
#include "../debug.h"
#include "../domain.h"
#include "../heap.h"
#include "../magazine.h"
#include "../peers.h"
#include "../previous.h"
#include "../pymalloc.h"
#include "../settle.h"
#include "../start.h"
#include "capture.h"
#include "fake_cpython.h"
#include "fake_jvm.h"

void panamem_install_chosen(void) {
}

/* ---- A process ----------------------------------------------------------------------------------------------- */

static void begin(const char *default_name) {
  char error[256];
  fake_cpython_chooses(default_name);
  REQUIRE(panamem_configure(NULL, "", false, error, sizeof error));
  panamem_settle_wait(&fake_cpython_functions, getenv("PANAMEM_MALLOC") != NULL);
}

static void ask_for_a_mem_block(void) {
  PyMem_Free(PyMem_Malloc(10));
}

static bool both_tables_hold_the_same(void) {
  PyMemAllocatorEx row;
  for (int domain = 0; domain < PANAMEM_DOMAINS; domain++) {
    panamem_domain_read((PyMemAllocatorDomain)domain, &row);
    if (!panamem_same_row(&row, &fake_cpython.table[domain])) {
      return false;
    }
  }
  return true;
}

/* The row below the hooks that are on top of the domain, if any. */
static PyMemAllocatorEx serving(PyMemAllocatorDomain domain, bool *hooked) {
  PyMemAllocatorEx row, inner;
  panamem_domain_read(domain, &row);
  *hooked = panamem_debug_inner(&row, &inner);
  return *hooked ? inner : row;
}

static int clean(void **state) {
  (void)state;
  unsetenv("PANAMEM_MALLOC");
  unsetenv("PANAMEM_OPTIONS");
  unsetenv("PYTHONMALLOC");
  return 0;
}

/* ---- What serves ------------------------------------------------------------------------------------------------------------- */

struct choice_case {
  const char *default_name, *environment, *pythons, *ours;
  bool hooked;
  void *(*malloc)(void *, size_t);
};

static void choose(void *argument) {
  const struct choice_case *expected = argument;
  if (expected->environment != NULL) {
    setenv("PYTHONMALLOC", expected->environment, 1);
  }
  begin(expected->default_name);
  if (expected->pythons != NULL) {
    fake_cpython_chooses(expected->pythons);
  }
  bool hooked;
  ask_for_a_mem_block();
  REQUIRE(serving(PYMEM_DOMAIN_MEM, &hooked).malloc == expected->malloc);
  REQUIRE(hooked == expected->hooked);
  REQUIRE(strcmp(panamem_choice.name, expected->ours) == 0);
  const char *name = expected->pythons == NULL ? expected->default_name : expected->pythons;
  REQUIRE(strcmp(_PyMem_GetCurrentAllocatorName(), name) == 0);
  REQUIRE(both_tables_hold_the_same());
}

static void cpythons_choice_becomes_ours_and_keeps_its_name(void **state) {
  (void)state;
  void *(*libc)(void *, size_t) = panamem_libc_row().malloc;
  const struct choice_case cases[] = {
      {"pymalloc", NULL, NULL, "arena", false, panamem_arena_malloc},
      {"pymalloc", "default", "pymalloc", "arena", false, panamem_arena_malloc},
      {"pymalloc", "debug", "pymalloc_debug", "arena_debug", true, panamem_arena_malloc},
      {"pymalloc", NULL, "pymalloc_debug", "arena_debug", true, panamem_arena_malloc}, /* -X dev */
      {"pymalloc", "malloc", "malloc", "malloc", false, libc},
      {"pymalloc", "malloc_debug", "malloc_debug", "malloc_debug", true, libc},
      {"pymalloc", "pymalloc", "pymalloc", "pymalloc", false, panamem_pymalloc_malloc},
      {"pymalloc", "pymalloc_debug", "pymalloc_debug", "pymalloc_debug", true, panamem_pymalloc_malloc},
      {"pymalloc", "pymalloc", NULL, "arena", false, panamem_arena_malloc}, /* -E */
      {"pymalloc_debug", NULL, NULL, "arena_debug", true, panamem_arena_malloc}, /* a debug build */
      {"malloc", NULL, NULL, "arena", false, panamem_arena_malloc}, /* a build without pymalloc */
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    print_message("case %zu\n", i);
    capture_assert(choose, (void *)&cases[i], 0, "");
  }
}

static void mimalloc_body(void *argument) {
  (void)argument;
  begin("pymalloc");
  fake_cpython_chooses("mimalloc_debug");
  ask_for_a_mem_block();
  for (int domain = 0; domain < PANAMEM_DOMAINS; domain++) {
    PyMemAllocatorEx row, own = fake_cpython_row();
    panamem_domain_read((PyMemAllocatorDomain)domain, &row);
    REQUIRE(panamem_same_row(&row, &own));
  }
  REQUIRE(strcmp(panamem_choice.name, "cpython-mimalloc_debug") == 0);
  REQUIRE(strcmp(_PyMem_GetCurrentAllocatorName(), "mimalloc_debug") == 0);
  REQUIRE(_PyObject_DebugMallocStats(stderr) == 77);
}

static void mimalloc_is_cpythons_own(void **state) {
  (void)state;
  capture_assert(mimalloc_body, NULL, 0, "");
}

static void fixed_body(void *argument) {
  (void)argument;
  bool hooked;
  setenv("PANAMEM_MALLOC", "malloc_debug", 1);
  begin("pymalloc");
  char *early = PyMem_RawMalloc(3);
  REQUIRE(early[-8] == 'r'); /* hooks from the first call */
  fake_cpython_chooses("pymalloc");
  PyMem_RawFree(early);
  ask_for_a_mem_block();
  REQUIRE(serving(PYMEM_DOMAIN_MEM, &hooked).malloc == panamem_libc_row().malloc && hooked);
  REQUIRE(strcmp(_PyMem_GetCurrentAllocatorName(), "malloc_debug") == 0);
}

static void panamem_malloc_comes_before_cpythons_choice(void **state) {
  (void)state;
  capture_assert(fixed_body, NULL, 0, "");
}

/* ---- When -------------------------------------------------------------------------------------------------------------------- */

static void waiting_body(void *argument) {
  (void)argument;
  begin("pymalloc");
  void *early = PyMem_RawMalloc(100);
  fill_block(early, 100, 1);
  REQUIRE(!panamem_is_ours(early));
  REQUIRE(fake_jvm.boots == 0); /* nobody knows yet whether Java is wanted */
  ask_for_a_mem_block();
  void *late = PyMem_RawMalloc(100);
  REQUIRE(panamem_is_ours(late));
  early = PyMem_RawRealloc(early, 200);
  REQUIRE(block_holds(early, 100, 1));
  PyMem_RawFree(early);
  PyMem_RawFree(late);
}

static void raw_blocks_of_before_are_libcs(void **state) {
  (void)state;
  capture_assert(waiting_body, NULL, 0, "");
}

static void raw_call_body(void *argument) {
  (void)argument;
  begin("pymalloc");
  fake_cpython_chooses("malloc_debug");
  char *block = PyMem_RawMalloc(3);
  REQUIRE(block[-8] == 'r');
  PyMem_RawFree(block);
}

static void the_first_raw_call_after_the_choice_heeds_it(void **state) {
  (void)state;
  capture_assert(raw_call_body, NULL, 0, "");
}

static void wrapper_body(void *argument) {
  (void)argument;
  begin("pymalloc");
  PyMemAllocatorEx wrapper, row;
  PyMem_GetAllocator(PYMEM_DOMAIN_OBJ, &wrapper); /* the waiting row under another name */
  wrapper.free = panamem_libc_row().free;
  PyMem_SetAllocator(PYMEM_DOMAIN_OBJ, &wrapper);
  ask_for_a_mem_block();
  panamem_domain_read(PYMEM_DOMAIN_OBJ, &row);
  REQUIRE(panamem_same_row(&row, &wrapper));
  REQUIRE(panamem_is_ours(PyObject_Malloc(10))); /* through the wrapper */
}

static void a_row_that_was_set_before_stays_on_top(void **state) {
  (void)state;
  capture_assert(wrapper_body, NULL, 0, "");
}

static void number_body(void *argument) {
  (void)argument;
  begin("pymalloc");
  REQUIRE(panamem_settle_number(0) == 0); /* PYMEM_ALLOCATOR_NOT_SET */
  REQUIRE(panamem_settle_number(7) == -1 && panamem_settle_number(-1) == -1);
  REQUIRE(panamem_settle_number(2) == 0);
  REQUIRE(strcmp(_PyMem_GetCurrentAllocatorName(), "pymalloc_debug") == 0);
  REQUIRE(strcmp(panamem_choice.name, "arena_debug") == 0);
  REQUIRE(panamem_settle_number(3) == 0); /* a later init cycle */
  REQUIRE(strcmp(panamem_choice.name, "arena_debug") == 0);
}

static void numbers_choose_in_older_cpythons(void **state) {
  (void)state;
  capture_assert(number_body, NULL, 0, "");
}

static void without_body(void *argument) {
  (void)argument;
  panamem_settle_without();
  ask_for_a_mem_block();
}

static void a_cpython_that_comes_late_is_refused(void **state) {
  (void)state;
  capture_assert(without_body, NULL, 1,
               "panamem: symbol mode needs a libpython that is there before main; this process loaded one later: run "
               "without --symbols\n");
}

/* ---- Two tables -------------------------------------------------------------------------------------------------------------- */

static void follow_body(void *argument) {
  (void)argument;
  begin("pymalloc");
  ask_for_a_mem_block();
  PyMemAllocatorEx row;
  PyMem_GetAllocator(PYMEM_DOMAIN_RAW, &row);
  row.ctx = &row;
  PyMem_SetAllocator(PYMEM_DOMAIN_RAW, &row);
  REQUIRE(both_tables_hold_the_same());
  PyMem_SetupDebugHooks();
  REQUIRE(both_tables_hold_the_same());
  PyObjectArenaAllocator arenas = {&arenas, NULL, NULL};
  PyObject_SetArenaAllocator(&arenas);
  REQUIRE(fake_cpython.arena_allocator.ctx == &arenas);
}

static void what_is_set_is_set_in_both_tables(void **state) {
  (void)state;
  capture_assert(follow_body, NULL, 0, "");
}

static void reset_body(void *argument) {
  (void)argument;
  begin("pymalloc");
  ask_for_a_mem_block();
  PyMemAllocatorEx ours, now, stale = fake_cpython_row();
  panamem_domain_read(PYMEM_DOMAIN_RAW, &ours);
  fake_cpython_chooses("pymalloc"); /* its next init cycle */
  PyMem_SetAllocator(PYMEM_DOMAIN_RAW, &stale);
  panamem_domain_read(PYMEM_DOMAIN_RAW, &now);
  REQUIRE(panamem_same_row(&now, &ours));
  REQUIRE(both_tables_hold_the_same());
  fake_cpython_chooses("pymalloc");
  PyMem_GetAllocator(PYMEM_DOMAIN_RAW, &now); /* as tracemalloc does, whose rows are in CPython's code too */
  PyMem_SetAllocator(PYMEM_DOMAIN_RAW, &stale);
  panamem_domain_read(PYMEM_DOMAIN_RAW, &now);
  REQUIRE(panamem_same_row(&now, &stale));
}

static void rows_of_a_table_that_was_reset_do_not_come_back(void **state) {
  (void)state;
  capture_assert(reset_body, NULL, 0, "");
}

static void swap_body(void *argument) {
  (void)argument;
  begin("pymalloc");
  PyMemAllocatorEx waiting, now;
  panamem_domain_read(PYMEM_DOMAIN_RAW, &waiting);
  for (int i = 0; i < 2; i++) { /* 3.13: its raw row gives way for a moment, behind our back, and is put back through us */
    PyMemAllocatorEx old = fake_cpython.table[PYMEM_DOMAIN_RAW];
    fake_cpython.table[PYMEM_DOMAIN_RAW] = fake_cpython_row();
    PyMem_SetAllocator(PYMEM_DOMAIN_RAW, &old);
  }
  panamem_domain_read(PYMEM_DOMAIN_RAW, &now);
  REQUIRE(panamem_same_row(&now, &waiting));
}

static void the_raw_row_gives_way_for_moments(void **state) {
  (void)state;
  capture_assert(swap_body, NULL, 0, "");
}

static void install_body(void *argument) {
  (void)argument;
  begin("pymalloc");
  PyMemAllocatorEx before, after, previous = panamem_previous[PYMEM_DOMAIN_RAW];
  panamem_domain_read(PYMEM_DOMAIN_RAW, &before);
  REQUIRE(panamem_install_cpython(NULL) == 0);
  panamem_domain_read(PYMEM_DOMAIN_RAW, &after);
  REQUIRE(panamem_same_row(&before, &after));
  REQUIRE(panamem_same_row(&panamem_previous[PYMEM_DOMAIN_RAW], &previous));
}

static void an_embedding_program_has_nothing_left_to_install(void **state) {
  (void)state;
  capture_assert(install_body, NULL, 0, "");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(cpythons_choice_becomes_ours_and_keeps_its_name, clean),
      cmocka_unit_test_setup(mimalloc_is_cpythons_own, clean),
      cmocka_unit_test_setup(panamem_malloc_comes_before_cpythons_choice, clean),
      cmocka_unit_test_setup(raw_blocks_of_before_are_libcs, clean),
      cmocka_unit_test_setup(the_first_raw_call_after_the_choice_heeds_it, clean),
      cmocka_unit_test_setup(a_row_that_was_set_before_stays_on_top, clean),
      cmocka_unit_test_setup(numbers_choose_in_older_cpythons, clean),
      cmocka_unit_test_setup(a_cpython_that_comes_late_is_refused, clean),
      cmocka_unit_test_setup(what_is_set_is_set_in_both_tables, clean),
      cmocka_unit_test_setup(rows_of_a_table_that_was_reset_do_not_come_back, clean),
      cmocka_unit_test_setup(an_embedding_program_has_nothing_left_to_install, clean),
      cmocka_unit_test_setup(the_raw_row_gives_way_for_moments, clean),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
