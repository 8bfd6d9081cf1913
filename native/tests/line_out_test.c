/* SPDX-License-Identifier: Apache-2.0
 *
 * What is written to stderr, to the byte.
 */
#include "cmocka_all.h"

#include <string.h>

#include "../line_out.h"
#include "capture.h"

static void write_numbers(void *argument) {
  (void)argument;
  struct panamem_out out = {.used = 0};
  panamem_out_number(&out, 0);
  panamem_out_text(&out, " ");
  panamem_out_number(&out, UINT64_MAX);
  panamem_out_text(&out, " ");
  panamem_out_hex(&out, 0xfedcba9876543210);
  panamem_out_text(&out, " ");
  panamem_out_hex(&out, 0);
  panamem_out_flush(&out);
}

static void numbers(void **state) {
  (void)state;
  assert_string_equal(capture(write_numbers, NULL).text, "0 18446744073709551615 0xfedcba9876543210 0x0");
}

static void write_json(void *argument) {
  (void)argument;
  struct panamem_out out = {.used = 0};
  panamem_out_text_member(&out, "a", "\"\\/\n\x1f\x7f~");
  panamem_out_text_member(&out, "b", NULL);
  panamem_out_number_member(&out, "c", 12);
  panamem_out_address_member(&out, "d", 0x12);
  panamem_out_key(&out, "e");
  panamem_out_flush(&out);
}

static void members_of_json(void **state) {
  (void)state;
  assert_string_equal(capture(write_json, NULL).text,
                      "\"a\":\"\\\"\\\\/\\u000a\\u001f\x7f~\",\"b\":null,\"c\":12,\"d\":\"0x12\",\"e\":");
}

static void write_much(void *argument) {
  (void)argument;
  struct panamem_out out = {.used = 0};
  for (int i = 0; i < 700; i++) {
    panamem_out_text(&out, "0123456789");
  }
  panamem_out_flush(&out);
}

static void what_is_longer_than_the_room_is_written_in_parts(void **state) {
  (void)state;
  struct capture end = capture(write_much, NULL);
  assert_int_equal(end.bytes, 7000);
  for (size_t i = 0; i < end.bytes; i++) {
    assert_int_equal(end.text[i], '0' + (int)(i % 10));
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(numbers),
      cmocka_unit_test(members_of_json),
      cmocka_unit_test(what_is_longer_than_the_room_is_written_in_parts),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
