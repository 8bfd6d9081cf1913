/* SPDX-License-Identifier: Apache-2.0
 *
 * Refused requests over rows that ask other rows: a request counts once, for the domain that the program asked, but for
 * set_nomemory, which counts as CPython's does.
 */
#include "cmocka_all.h"

#include "../../include/panamem/pymem.h"
#include "../../include/panamem/testing.h"

/* ---- As `pymalloc` does with what is large ----------------------------------------------------------------------------- */

static void *pass_on_malloc(void *ctx, size_t size) {
  (void)ctx;
  return PyMem_RawMalloc(size);
}

static void *pass_on_calloc(void *ctx, size_t nelem, size_t elsize) {
  (void)ctx;
  return PyMem_RawCalloc(nelem, elsize);
}

static void *pass_on_realloc(void *ctx, void *ptr, size_t new_size) {
  (void)ctx;
  return PyMem_RawRealloc(ptr, new_size);
}

static void pass_on_free(void *ctx, void *ptr) {
  (void)ctx;
  PyMem_RawFree(ptr);
}

static int passed_on(void **state) {
  (void)state;
  PyMemAllocatorEx row = {NULL, pass_on_malloc, pass_on_calloc, pass_on_realloc, pass_on_free};
  PyMem_SetAllocator(PYMEM_DOMAIN_OBJ, &row);
  PyMem_SetupDebugHooks();
  return 0;
}

/* ---- Cases --------------------------------------------------------------------------------------------------------------- */

/* Three requests of the program: 1 for each that is served, 0 for each that is refused. */
static const char *serve(void) {
  static char served[4];
  void *object = PyObject_Malloc(1000), *raw = PyMem_RawMalloc(10), *resized = PyObject_Realloc(object, 2000);
  served[0] = object == NULL ? '0' : '1';
  served[1] = raw == NULL ? '0' : '1';
  served[2] = resized == NULL ? '0' : '1';
  PyMem_RawFree(raw);
  PyObject_Free(resized == NULL ? object : resized);
  return served;
}

static void refused(const char *plan, const char *expected, int64_t count) {
  assert_int_equal(panamem_fail(plan), 0);
  assert_string_equal(serve(), expected);
  assert_int_equal(panamem_fail_stop(), count);
}

static void a_plan_counts_what_the_program_asks(void **state) {
  (void)state;
  refused("1", "011", 3);
  refused("2", "101", 3);
  refused("3", "110", 3);
  refused("1-:raw", "101", 1);
  refused("2:obj", "110", 2);
}

static void a_note_has_what_the_program_asks(void **state) {
  static const int domains[] = {PYMEM_DOMAIN_OBJ, PYMEM_DOMAIN_RAW, PYMEM_DOMAIN_OBJ};
  static const uint64_t sizes[] = {1000, 10, 2000};
  (void)state;
  assert_int_equal(panamem_fail_note(NULL), 0);
  serve();
  assert_int_equal(panamem_fail_stop(), 3);
  for (int i = 0; i < 3; i++) {
    struct panamem_request request;
    assert_int_equal(panamem_fail_request(i + 1, &request, NULL, 0), 0);
    assert_int_equal(request.domain, domains[i]);
    assert_int_equal(request.bytes, sizes[i]);
  }
}

static void nomemory(int64_t start, const char *expected) {
  assert_int_equal(panamem_fail_nomemory(start, start + 1), 0);
  assert_string_equal(serve(), expected);
  panamem_fail_stop();
}

/* What _testcapi.set_nomemory does to PyObject_Malloc(1000) of a CPython with PYTHONMALLOC=pymalloc. */
static void set_nomemory_counts_what_rows_ask(void **state) {
  (void)state;
  nomemory(0, "011");
  nomemory(1, "011");
  nomemory(2, "101");
  nomemory(3, "110");
  nomemory(4, "110");
  nomemory(5, "111");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(a_plan_counts_what_the_program_asks, passed_on),
      cmocka_unit_test(a_note_has_what_the_program_asks),
      cmocka_unit_test(set_nomemory_counts_what_rows_ask),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
