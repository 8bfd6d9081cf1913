/* SPDX-License-Identifier: Apache-2.0
 *
 * The domain table: what it holds in the beginning, what is read back, what is installed, and rows with missing functions.
 */
#include "cmocka_all.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "../domain.h"
#include "../magazine.h"
#include "capture.h"
#include "family.h"

static void *row_malloc(void *ctx, size_t size) {
  (void)size;
  return ctx;
}

static void *row_calloc(void *ctx, size_t nelem, size_t elsize) {
  (void)nelem, (void)elsize;
  return ctx;
}

static void *row_realloc(void *ctx, void *ptr, size_t new_size) {
  (void)ptr, (void)new_size;
  return ctx;
}

static void row_free(void *ctx, void *ptr) {
  (void)ctx, (void)ptr;
}

static char marks[3];

static PyMemAllocatorEx row_with(void *ctx) {
  return (PyMemAllocatorEx){ctx, row_malloc, row_calloc, row_realloc, row_free};
}

static void expect_row(PyMemAllocatorDomain domain, const PyMemAllocatorEx *expected) {
  PyMemAllocatorEx row;
  PyMem_GetAllocator(domain, &row);
  assert_memory_equal(&row, expected, sizeof row);
}

static int restore_arena_rows(void **state) {
  (void)state;
  PyMemAllocatorEx rows[PANAMEM_DOMAINS];
  FOR_EACH_FAMILY(f) {
    rows[f->domain] = (PyMemAllocatorEx){PANAMEM_DOMAIN_CONTEXT(f->domain), panamem_arena_malloc, panamem_arena_calloc,
                                         panamem_arena_realloc, panamem_arena_free};
  }
  panamem_domain_install(rows, "arena");
  return 0;
}

static void arena_rows_stand_in_the_beginning(void **state) {
  (void)state;
  FOR_EACH_FAMILY(f) {
    PyMemAllocatorEx expected = {PANAMEM_DOMAIN_CONTEXT(f->domain), panamem_arena_malloc, panamem_arena_calloc,
                                 panamem_arena_realloc, panamem_arena_free};
    expect_row(f->domain, &expected);
    PyMemAllocatorEx installed;
    panamem_domain_installed(f->domain, &installed);
    assert_memory_equal(&installed, &expected, sizeof expected);
    assert_false(panamem_domain_changed(f->domain));
  }
  assert_string_equal(panamem_domain_installed_name(false), "arena");
  assert_string_equal(panamem_domain_installed_name(true), "arena_debug");
}

static void a_row_is_read_back_as_it_was_written_and_used_in_its_domain_only(void **state) {
  (void)state;
  FOR_EACH_FAMILY(f) {
    PyMemAllocatorEx row = row_with(&marks[f->domain]);
    PyMem_SetAllocator(f->domain, &row);
    memset(&row, 0, sizeof row); /* the table has a copy */
  }
  FOR_EACH_FAMILY(f) {
    PyMemAllocatorEx expected = row_with(&marks[f->domain]);
    expect_row(f->domain, &expected);
    assert_ptr_equal(f->malloc(1), &marks[f->domain]);
    assert_ptr_equal(f->calloc(1, 1), &marks[f->domain]);
    assert_ptr_equal(f->realloc(NULL, 1), &marks[f->domain]);
    f->free(NULL);
    assert_true(panamem_domain_changed(f->domain));
  }
}

static void domains_that_do_not_exist_are_ignored(void **state) {
  (void)state;
  PyMemAllocatorEx before[PANAMEM_DOMAINS];
  memcpy(before, panamem_domain_table, sizeof before);
  const int odd[] = {3, 4, 255, 0x7fffffff, -1};
  for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
    PyMemAllocatorEx row = row_with(marks);
    PyMem_SetAllocator((PyMemAllocatorDomain)odd[i], &row);
    PyMem_GetAllocator((PyMemAllocatorDomain)odd[i], &row);
    assert_null(row.ctx);
    assert_null(row.malloc);
    assert_null(row.calloc);
    assert_null(row.realloc);
    assert_null(row.free);
  }
  assert_memory_equal(before, panamem_domain_table, sizeof before);
}

static void installing_replaces_all_rows_and_remembers_them(void **state) {
  (void)state;
  PyMemAllocatorEx rows[PANAMEM_DOMAINS];
  FOR_EACH_FAMILY(f) {
    rows[f->domain] = row_with(&marks[2 - f->domain]);
  }
  panamem_domain_install(rows, "upcall");
  FOR_EACH_FAMILY(f) {
    expect_row(f->domain, &rows[f->domain]);
    assert_false(panamem_domain_changed(f->domain));
  }
  assert_string_equal(panamem_domain_installed_name(false), "upcall");
  assert_string_equal(panamem_domain_installed_name(true), "upcall_debug");

  PyMemAllocatorEx hook = row_with(NULL);
  PyMem_SetAllocator(PYMEM_DOMAIN_MEM, &hook);
  assert_false(panamem_domain_changed(PYMEM_DOMAIN_RAW));
  assert_true(panamem_domain_changed(PYMEM_DOMAIN_MEM));
  assert_false(panamem_domain_changed(PYMEM_DOMAIN_OBJ));
  hook = rows[PYMEM_DOMAIN_MEM];
  hook.free = NULL;
  PyMem_SetAllocator(PYMEM_DOMAIN_MEM, &hook);
  assert_true(panamem_domain_changed(PYMEM_DOMAIN_MEM));
  PyMem_SetAllocator(PYMEM_DOMAIN_MEM, &rows[PYMEM_DOMAIN_MEM]);
  assert_false(panamem_domain_changed(PYMEM_DOMAIN_MEM));
}

static void exchange_wants_the_row_that_was_seen(void **state) {
  (void)state;
  PyMemAllocatorEx seen, row = row_with(&marks[0]), other = row_with(&marks[1]);
  panamem_domain_read(PYMEM_DOMAIN_OBJ, &seen);
  assert_false(panamem_domain_exchange(PYMEM_DOMAIN_OBJ, &other, &row));
  expect_row(PYMEM_DOMAIN_OBJ, &seen);
  assert_true(panamem_domain_exchange(PYMEM_DOMAIN_OBJ, &seen, &row));
  expect_row(PYMEM_DOMAIN_OBJ, &row);
}

/* ---- Rows with missing functions ------------------------------------------------------------------------------------ */

static void missing_functions_are_read_back_as_null(void **state) {
  (void)state;
  PyMemAllocatorEx empty = {&marks[0], NULL, NULL, NULL, NULL};
  PyMem_SetAllocator(PYMEM_DOMAIN_MEM, &empty);
  expect_row(PYMEM_DOMAIN_MEM, &empty);
  PyMemAllocatorEx part = row_with(&marks[0]);
  part.calloc = NULL;
  PyMem_SetAllocator(PYMEM_DOMAIN_MEM, &part);
  expect_row(PYMEM_DOMAIN_MEM, &part);
  assert_ptr_equal(PyMem_Malloc(1), &marks[0]);
}

struct missing_call {
  const struct family *family;
  int function;
};

static void call_missing(void *argument) {
  const struct missing_call *call = argument;
  PyMemAllocatorEx empty = {NULL, NULL, NULL, NULL, NULL};
  PyMem_SetAllocator(call->family->domain, &empty);
  switch (call->function) {
  case 0:
    call->family->malloc(1);
    break;
  case 1:
    call->family->calloc(1, 1);
    break;
  case 2:
    call->family->realloc(NULL, 1);
    break;
  default:
    call->family->free(NULL);
  }
}

static void calling_a_missing_function_says_so_and_aborts(void **state) {
  (void)state;
  const char *const names[] = {"Malloc", "Calloc", "Realloc", "Free"};
  const char *const fields[] = {"malloc", "calloc", "realloc", "free"};
  FOR_EACH_FAMILY(f) {
    for (int function = 0; function < 4; function++) {
      struct missing_call call = {f, function};
      struct capture end = capture(call_missing, &call);
      char expected[256];
      snprintf(expected, sizeof expected,
               "Fatal Python error: %s%s: the allocator that was set has no %s function (it is NULL)\n"
               "Python runtime state: unknown\n\n",
               f->name, names[function], fields[function]);
      assert_string_equal(end.text, expected);
      assert_int_equal(end.signal, SIGABRT);
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(arena_rows_stand_in_the_beginning),
      cmocka_unit_test_teardown(a_row_is_read_back_as_it_was_written_and_used_in_its_domain_only, restore_arena_rows),
      cmocka_unit_test(domains_that_do_not_exist_are_ignored),
      cmocka_unit_test_teardown(installing_replaces_all_rows_and_remembers_them, restore_arena_rows),
      cmocka_unit_test_teardown(exchange_wants_the_row_that_was_seen, restore_arena_rows),
      cmocka_unit_test_teardown(missing_functions_are_read_back_as_null, restore_arena_rows),
      cmocka_unit_test(calling_a_missing_function_says_so_and_aborts),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
