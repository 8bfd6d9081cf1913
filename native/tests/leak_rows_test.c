/* SPDX-License-Identifier: Apache-2.0
 *
 * Leak tests over rows that ask other rows: a block counts once, for the domain that the program asked.
 */
#include "cmocka_all.h"

#include <stdbool.h>
#include <string.h>

#include "../../include/panamem/pymem.h"
#include "leak_fixture.h"

/* As `pymalloc` does with what is large. */
static bool raw_is_refused;

static void *pass_on_malloc(void *ctx, size_t size) {
  (void)ctx;
  return raw_is_refused ? NULL : PyMem_RawMalloc(size);
}

static void *pass_on_calloc(void *ctx, size_t nelem, size_t elsize) {
  (void)ctx;
  return raw_is_refused ? NULL : PyMem_RawCalloc(nelem, elsize);
}

static void *pass_on_realloc(void *ctx, void *ptr, size_t new_size) {
  (void)ctx;
  return raw_is_refused ? NULL : PyMem_RawRealloc(ptr, new_size);
}

static void pass_on_free(void *ctx, void *ptr) {
  (void)ctx;
  PyMem_RawFree(ptr);
  kept[KEPT_MOST - 1] = PyMem_RawMalloc(1); /* a row may keep books */
}

static PyMemAllocatorEx object_row;

/* Hooks over the row, which asks for hooked blocks itself. */
static int passed_on(void **state) {
  (void)state;
  PyMemAllocatorEx row = {NULL, pass_on_malloc, pass_on_calloc, pass_on_realloc, pass_on_free};
  PyMem_GetAllocator(PYMEM_DOMAIN_OBJ, &object_row);
  PyMem_SetAllocator(PYMEM_DOMAIN_OBJ, &row);
  PyMem_SetupDebugHooks();
  return 0;
}

static int restored(void **state) {
  (void)state;
  PyMem_SetAllocator(PYMEM_DOMAIN_OBJ, &object_row);
  return 0;
}

/* Some sizes, because histories lie 32 bytes apart and blocks 16: only half of the blocks have another one than what is below. */
static void leak_objects(void) {
  for (int i = 0; i < 8; i++) {
    kept[i] = PyObject_Malloc(1000 + 16 * (size_t)(i % 2));
  }
}

static void leak_objects_of_each_kind(void) {
  for (int i = 0; i < 6; i += 3) {
    kept[i] = PyObject_Malloc(1000);
    kept[i + 1] = PyObject_Calloc(10, 100);
    kept[i + 2] = PyObject_Realloc(PyObject_Malloc(10), 100000);
  }
}

static void leave_nothing(void) {
  PyObject_Free(PyObject_Realloc(PyObject_Calloc(1, 1000), 10));
}

/* What is refused below leaves no trace: the raw block is the program's own. */
static void leak_a_raw_block_after_a_refusal(void) {
  void *block = PyObject_Malloc(10);
  raw_is_refused = true;
  kept[0] = PyObject_Malloc(1000);
  kept[1] = PyObject_Calloc(1, 1000);
  kept[2] = PyObject_Realloc(block, 1000);
  raw_is_refused = false;
  PyObject_Free(block);
  kept[3] = PyMem_RawMalloc(1000);
}

static void what_a_row_asks_for_is_no_leak_of_its_own(void **state) {
  (void)state;
  assert_int_equal(leaked(leak_objects, 1), 8);
  assert_non_null(strstr(report, "panamem: leak: one call leaves 8 blocks, 8064 bytes, in 1 place\n"));
  assert_non_null(strstr(report, "  8 blocks, 8064 bytes, domain OBJ, request "));
#ifdef PANAMEM_BACKTRACE
  assert_non_null(strstr(report, "    leak_objects at "));
#endif
  assert_int_equal(leaked(leak_objects_of_each_kind, 1), 6);
  assert_null(strstr(report, "domain RAW"));
  assert_int_equal(leaked(leave_nothing, 1), 0);
  assert_int_equal(leaked(leak_a_raw_block_after_a_refusal, 1), 1);
  assert_non_null(strstr(report, "  1 block, 1000 bytes, domain RAW, request "));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(what_a_row_asks_for_is_no_leak_of_its_own, passed_on, restored),
  };
  return cmocka_run_group_tests(tests, hooked, NULL);
}
