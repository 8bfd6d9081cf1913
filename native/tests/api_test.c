/* SPDX-License-Identifier: Apache-2.0
 *
 * The twelve functions: what they refuse, what they pass on untouched, and CPython's results for odd requests.
 */
#include "cmocka_all.h"

#include <string.h>

#include "fake_arena.h"
#include "family.h"

#define TOO_BIG ((size_t)PY_SSIZE_T_MAX + 1)

static const struct fake_call no_call;

static void expect_no_call(void) {
  assert_int_equal(fake_call.calls, 0);
}

static void expect_call(const char *function, const struct family *f) {
  assert_int_equal(fake_call.calls, 1);
  assert_string_equal(fake_call.function, function);
  assert_int_equal((uintptr_t)fake_call.ctx, (uintptr_t)f->domain << 6);
}

/* ---- What is refused before the row is asked ---------------------------------------------------------------------- */

static void malloc_above_ssize_max_asks_nobody(void **state) {
  (void)state;
  FOR_EACH_FAMILY(f) {
    fake_call = no_call;
    assert_null(f->malloc(TOO_BIG));
    assert_null(f->malloc(SIZE_MAX));
    expect_no_call();
  }
}

static void malloc_of_ssize_max_is_passed_on(void **state) {
  (void)state;
  FOR_EACH_FAMILY(f) {
    fake_call = no_call;
    assert_null(f->malloc((size_t)PY_SSIZE_T_MAX)); /* nobody has that much */
    expect_call("malloc", f);
    assert_int_equal(fake_call.size, (size_t)PY_SSIZE_T_MAX);
  }
}

static void calloc_overflow_asks_nobody(void **state) {
  (void)state;
  FOR_EACH_FAMILY(f) {
    fake_call = no_call;
    assert_null(f->calloc((size_t)PY_SSIZE_T_MAX, 2));
    assert_null(f->calloc(2, (size_t)PY_SSIZE_T_MAX));
    assert_null(f->calloc(TOO_BIG, 1));
    assert_null(f->calloc((size_t)1 << 32, (size_t)1 << 31));
    assert_null(f->calloc((size_t)1 << 32, (size_t)1 << 32)); /* the product wraps to 0 */
    expect_no_call();
  }
}

static void realloc_above_ssize_max_asks_nobody_and_keeps_the_block(void **state) {
  (void)state;
  FOR_EACH_FAMILY(f) {
    char *block = f->malloc(8);
    strcpy(block, "keep me");
    fake_call = no_call;
    assert_null(f->realloc(block, TOO_BIG));
    expect_no_call();
    assert_string_equal(block, "keep me");
    f->free(block);
  }
}

/* ---- What is passed on as it came ---------------------------------------------------------------------------------- */

static void sizes_and_factors_are_passed_on(void **state) {
  (void)state;
  FOR_EACH_FAMILY(f) {
    fake_call = no_call;
    void *block = f->malloc(42);
    expect_call("malloc", f);
    assert_int_equal(fake_call.size, 42);

    fake_call = no_call;
    void *larger = f->realloc(block, 200);
    expect_call("realloc", f);
    assert_ptr_equal(fake_call.ptr, block);
    assert_int_equal(fake_call.size, 200);

    fake_call = no_call;
    f->free(larger);
    expect_call("free", f);
    assert_ptr_equal(fake_call.ptr, larger);

    fake_call = no_call;
    f->free(f->calloc(2, 5));
    assert_int_equal(fake_call.calls, 2);
    fake_call = no_call;
    void *zeroed = f->calloc(3, 7);
    expect_call("calloc", f);
    assert_int_equal(fake_call.nelem, 3);
    assert_int_equal(fake_call.elsize, 7);
    f->free(zeroed);
  }
}

static void zero_is_passed_on_as_zero(void **state) {
  (void)state;
  FOR_EACH_FAMILY(f) {
    fake_call = no_call;
    void *first = f->malloc(0);
    expect_call("malloc", f);
    assert_int_equal(fake_call.size, 0);
    void *second = f->malloc(0);
    assert_non_null(first);
    assert_non_null(second);
    assert_ptr_not_equal(first, second);

    fake_call = no_call;
    first = f->realloc(first, 0);
    expect_call("realloc", f);
    assert_int_equal(fake_call.size, 0);
    assert_non_null(first);
    f->free(first);
    f->free(second);

    fake_call = no_call;
    void *made = f->realloc(NULL, 0);
    expect_call("realloc", f);
    assert_null(fake_call.ptr);
    assert_non_null(made);
    f->free(made);

    fake_call = no_call;
    f->free(NULL);
    expect_call("free", f);
    assert_null(fake_call.ptr);
  }
}

static void calloc_with_a_zero_factor_is_passed_on(void **state) {
  (void)state;
  FOR_EACH_FAMILY(f) {
    fake_call = no_call;
    void *block = f->calloc(0, SIZE_MAX);
    expect_call("calloc", f);
    assert_int_equal(fake_call.nelem, 0);
    assert_int_equal(fake_call.elsize, SIZE_MAX);
    assert_non_null(block);
    f->free(block);

    fake_call = no_call;
    block = f->calloc(SIZE_MAX, 0);
    expect_call("calloc", f);
    assert_int_equal(fake_call.nelem, SIZE_MAX);
    assert_non_null(block);
    f->free(block);

    fake_call = no_call;
    block = f->calloc(0, 0);
    expect_call("calloc", f);
    assert_non_null(block);
    f->free(block);
  }
}

static void no_memory_is_null(void **state) {
  (void)state;
  FOR_EACH_FAMILY(f) {
    char *block = f->malloc(8);
    strcpy(block, "keep me");
    fake_arena_refuses = true;
    assert_null(f->malloc(1));
    assert_null(f->calloc(1, 1));
    assert_null(f->realloc(NULL, 1));
    assert_null(f->realloc(block, 9));
    fake_arena_refuses = false;
    assert_string_equal(block, "keep me");
    f->free(block);
  }
}

/* ---- Macros ----------------------------------------------------------------------------------------------------------- */

struct wide {
  char bytes[24];
};

static void new_allocates_n_elements(void **state) {
  (void)state;
  fake_call = no_call;
  int evaluations = 0;
  struct wide *array = PyMem_New(struct wide, (evaluations++, 5));
  assert_non_null(array);
  assert_int_equal(fake_call.size, 5 * sizeof(struct wide));
  assert_int_equal(evaluations, 1);
  PyMem_FREE(array);
}

static void new_refuses_overflow_and_negative_counts(void **state) {
  (void)state;
  fake_call = no_call;
  assert_null(PyMem_New(struct wide, PY_SSIZE_T_MAX / 24 + 1));
  assert_null(PyMem_New(struct wide, SIZE_MAX / 24 + 1)); /* the product wraps to 8 */
  assert_null(PyMem_New(struct wide, (Py_ssize_t)-1));
  assert_null(PyMem_New(char, (Py_ssize_t)-1));
  assert_null(PyMem_New(char, TOO_BIG));
  expect_no_call();
  assert_null(PyMem_New(struct wide, PY_SSIZE_T_MAX / 24)); /* fits: the row refuses it */
  assert_int_equal(fake_call.calls, 1);
}

static void resize_assigns_also_when_it_fails(void **state) {
  (void)state;
  int *array = PyMem_NEW(int, 2);
  array[1] = 7;
  PyMem_RESIZE(array, int, 100);
  assert_int_equal(fake_call.size, 100 * sizeof(int));
  assert_int_equal(array[1], 7);
  int *kept = array;
  fake_call = no_call;
  assert_null(PyMem_Resize(array, int, SIZE_MAX / 4 + 1)); /* the product wraps to 0 */
  assert_null(array);
  expect_no_call();
  assert_int_equal(kept[1], 7);
  PyMem_Del(kept);
}

static void older_names_are_the_functions(void **state) {
  (void)state;
  fake_call = no_call;
  PyMem_DEL(PyMem_REALLOC(PyMem_MALLOC(3), 4));
  assert_int_equal(fake_call.calls, 3);
  assert_ptr_equal(PyObject_MALLOC, PyObject_Malloc);
  assert_ptr_equal(PyObject_REALLOC, PyObject_Realloc);
  assert_ptr_equal(PyObject_FREE, PyObject_Free);
  assert_ptr_equal(PyObject_Del, PyObject_Free);
  assert_ptr_equal(PyObject_DEL, PyObject_Free);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(malloc_above_ssize_max_asks_nobody),
      cmocka_unit_test(malloc_of_ssize_max_is_passed_on),
      cmocka_unit_test(calloc_overflow_asks_nobody),
      cmocka_unit_test(realloc_above_ssize_max_asks_nobody_and_keeps_the_block),
      cmocka_unit_test(sizes_and_factors_are_passed_on),
      cmocka_unit_test(zero_is_passed_on_as_zero),
      cmocka_unit_test(calloc_with_a_zero_factor_is_passed_on),
      cmocka_unit_test(no_memory_is_null),
      cmocka_unit_test(new_allocates_n_elements),
      cmocka_unit_test(new_refuses_overflow_and_negative_counts),
      cmocka_unit_test(resize_assigns_also_when_it_fails),
      cmocka_unit_test(older_names_are_the_functions),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
