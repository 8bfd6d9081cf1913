/* SPDX-License-Identifier: Apache-2.0
 *
 * Installation into a CPython that this program plays: its table, its own rows, and what becomes of its blocks.
 */
#include "fixture.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../include/panamem/panamem.h"
#include "../choice.h"
#include "../heap.h"
#include "../magazine.h"
#include "../previous.h"
#include "capture.h"
#include "fake_entries.h"
#include "fake_start.h"

/* ---- CPython's side, found by dlsym: this program exports its symbols ------------------------------------------------------ */

static PyMemAllocatorEx table[PANAMEM_DOMAINS];
static int sets;
static uint64_t own_frees, own_reallocs;

void PyMem_GetAllocator(PyMemAllocatorDomain domain, PyMemAllocatorEx *allocator) {
  *allocator = table[domain];
}

void PyMem_SetAllocator(PyMemAllocatorDomain domain, PyMemAllocatorEx *allocator) {
  table[domain] = *allocator;
  sets++;
}

static const char *version_text = "3.14.3 (main) [GCC 12.2.0]";

PANAMEM_API const char *Py_GetVersion(void);
const char *Py_GetVersion(void) {
  return version_text;
}

static void *own_malloc(void *ctx, size_t bytes) {
  (void)ctx;
  return malloc(bytes);
}

static void *own_calloc(void *ctx, size_t count, size_t element_bytes) {
  (void)ctx;
  return calloc(count, element_bytes);
}

static void *own_realloc(void *ctx, void *block, size_t bytes) {
  (void)ctx;
  own_reallocs++;
  return realloc(block, bytes);
}

static void own_free(void *ctx, void *block) {
  (void)ctx;
  own_frees++;
  free(block);
}

static int marks[PANAMEM_DOMAINS];

static PyMemAllocatorEx own_row(int domain) {
  return (PyMemAllocatorEx){&marks[domain], own_malloc, own_calloc, own_realloc, own_free};
}

/* The rows that fake_start would choose. */
void panamem_chosen_rows(PyMemAllocatorEx rows[PANAMEM_DOMAINS]);
void panamem_chosen_rows(PyMemAllocatorEx rows[PANAMEM_DOMAINS]) {
  memcpy(rows, panamem_choice.rows, sizeof panamem_choice.rows);
}

static int fresh(void **state) {
  (void)state;
  version_text = "3.14.3 (main) [GCC 12.2.0]";
  char error[256];
  heap_fresh(64 * MIB);
  fake_start_refuses = false;
  sets = 0;
  own_frees = own_reallocs = 0;
  for (int domain = 0; domain < PANAMEM_DOMAINS; domain++) {
    table[domain] = own_row(domain);
  }
  return panamem_choose("arena", &panamem_choice, error, sizeof error) ? 0 : -1;
}

static void assert_table_is(const PyMemAllocatorEx *rows) {
  assert_memory_equal(table, rows, sizeof table);
}

static void assert_previous_is_cpythons(void) {
  for (int domain = 0; domain < PANAMEM_DOMAINS; domain++) {
    PyMemAllocatorEx row = own_row(domain);
    assert_memory_equal(&panamem_previous[domain], &row, sizeof row);
  }
}

/* ---- Ours ------------------------------------------------------------------------------------------------------------------- */

static void our_rows_take_the_place_of_cpythons(void **state) {
  (void)state;
  assert_int_equal(panamem_install_cpython(NULL), 0);
  assert_int_equal(sets, 3);
  assert_table_is(panamem_choice.rows);
  assert_previous_is_cpythons();
}

static void ours_never_become_previous(void **state) {
  (void)state;
  assert_int_equal(panamem_install_cpython(NULL), 0);
  assert_int_equal(panamem_install_cpython(NULL), 0); /* the same cycle: nothing to do */
  assert_int_equal(sets, 3);
  assert_previous_is_cpythons();
  table[1] = own_row(1); /* the next cycle reset a row */
  assert_int_equal(panamem_install_cpython(NULL), 0);
  assert_int_equal(sets, 4);
  assert_table_is(panamem_choice.rows);
  assert_previous_is_cpythons();
}

static void our_rows_of_another_name_do_not_become_previous_either(void **state) {
  (void)state;
  char error[256];
  assert_int_equal(panamem_install_cpython(NULL), 0);
  assert_true(panamem_choose("upcall", &panamem_choice, error, sizeof error));
  assert_int_equal(panamem_install_cpython(NULL), 0);
  assert_int_equal(sets, 6);
  assert_table_is(panamem_choice.rows);
  assert_previous_is_cpythons();
}

static void blocks_of_before_go_back_where_they_came_from(void **state) {
  (void)state;
  void *early = table[2].malloc(table[2].ctx, 100);
  fill_block(early, 100, 3);
  assert_int_equal(panamem_install_cpython(NULL), 0);
  early = table[2].realloc(table[2].ctx, early, 5000);
  assert_int_equal(own_reallocs, 1);
  assert_true(block_holds(early, 100, 3));
  assert_false(panamem_is_ours(early));
  table[2].free(table[2].ctx, early);
  assert_int_equal(own_frees, 1);
  void *late = table[2].malloc(table[2].ctx, 100);
  assert_true(panamem_is_ours(late));
  table[2].free(table[2].ctx, late);
  assert_int_equal(own_frees, 1);
}

static void off_or_no_range_leaves_the_table_alone(void **state) {
  (void)state;
  PyMemAllocatorEx before[PANAMEM_DOMAINS];
  memcpy(before, table, sizeof before);
  fake_start_refuses = true;
  assert_int_equal(panamem_install_cpython(NULL), 0);
  fake_start_refuses = false;
  panamem_choice.off = true;
  assert_int_equal(panamem_install_cpython(NULL), 0);
  assert_int_equal(sets, 0);
  assert_table_is(before);
}

static void install_in_free_threaded(void *argument) {
  (void)argument;
  version_text = "3.14.3 free-threading build (main) [GCC 12.2.0]";
  for (int cycle = 0; cycle < 2; cycle++) {
    if (panamem_install_cpython(NULL) != 0) {
      _exit(1);
    }
  }
  PyMemAllocatorEx own = own_row(PYMEM_DOMAIN_OBJ);
  bool right = memcmp(table, panamem_choice.rows, 2 * sizeof table[0]) == 0 && memcmp(&table[2], &own, sizeof own) == 0;
  _exit(right ? 0 : 2);
}

/* CPython 3.13 and later: the collector finds objects in mimalloc's heaps only. */
static void a_free_threaded_one_keeps_its_objects(void **state) {
  (void)state;
  struct capture end = capture(install_in_free_threaded, NULL);
  assert_int_equal(end.status, 0);
  assert_string_equal(end.text, "panamem: a free-threaded CPython must keep its objects itself: RAW and MEM are served, OBJ is "
                                "not; PANAMEM_MALLOC=off leaves it alone\n");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(our_rows_take_the_place_of_cpythons, fresh),
      cmocka_unit_test_setup(a_free_threaded_one_keeps_its_objects, fresh),
      cmocka_unit_test_setup(ours_never_become_previous, fresh),
      cmocka_unit_test_setup(our_rows_of_another_name_do_not_become_previous_either, fresh),
      cmocka_unit_test_setup(blocks_of_before_go_back_where_they_came_from, fresh),
      cmocka_unit_test_setup(off_or_no_range_leaves_the_table_alone, fresh),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
