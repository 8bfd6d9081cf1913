/* SPDX-License-Identifier: Apache-2.0
 *
 * Numbers from the first to the last.
 */
#include "cmocka_all.h"

#include "../aside.h"
#include "../numbers.h"

static struct panamem_numbers numbers;

static void numbers_lead_to_things_until_they_are_used_up(void **state) {
  (void)state;
  const uint32_t most = PANAMEM_NUMBERS_PAGE * PANAMEM_NUMBERS_PAGES;
  assert_null(panamem_numbered(&numbers, 0));
  assert_null(panamem_numbered(&numbers, 1));
  assert_true(panamem_aside_lock());
  for (uintptr_t i = 1; i <= most; i++) {
    assert_false(panamem_numbers_are_used_up(&numbers));
    assert_int_equal(panamem_number_it(&numbers, (void *)(i * 8)), i);
  }
  panamem_aside_unlock();
  assert_true(panamem_numbers_are_used_up(&numbers));
  assert_ptr_equal(panamem_numbered(&numbers, 1), (void *)8);
  assert_ptr_equal(panamem_numbered(&numbers, PANAMEM_NUMBERS_PAGE + 1), (void *)((PANAMEM_NUMBERS_PAGE + 1) * 8ul));
  assert_ptr_equal(panamem_numbered(&numbers, most), (void *)(most * 8ul));
  assert_null(panamem_numbered(&numbers, most + 1));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(numbers_lead_to_things_until_they_are_used_up),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
