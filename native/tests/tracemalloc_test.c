/* SPDX-License-Identifier: Apache-2.0
 *
 * tracemalloc's C API when nothing traces.
 */
#include "cmocka_all.h"

#include "../../include/panamem/pymem.h"

static void nothing_traces(void **state) {
  (void)state;
  assert_int_equal(PyTraceMalloc_Track(0, 0x1000, 16), -2);
  assert_int_equal(PyTraceMalloc_Track(389047, 0, 0), -2);
  assert_int_equal(PyTraceMalloc_Untrack(0, 0x1000), -2);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(nothing_traces)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
