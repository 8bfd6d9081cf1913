/* SPDX-License-Identifier: Apache-2.0
 *
 * Names of code in this program, in libc, and of no code.
 */
#include "cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../code_name.h"

static uintptr_t here;
static int line;

static __attribute__((noinline)) void note_return_address(void) {
  here = (uintptr_t)__builtin_return_address(0);
}

static __attribute__((noinline)) void a_named_function(void) {
  line = __LINE__ + 1;
  note_return_address();
  __asm__ volatile("");
}

struct seen {
  int count;
  int line;
  uint64_t library_offset;
  char library[512], function[128], file[512];
};

static void keep(char *to, size_t bytes, const char *text) {
  snprintf(to, bytes, "%s", text == NULL ? "" : text);
}

static void see(const struct panamem_code_name *name, void *argument) {
  struct seen *seen = argument;
  seen->count++;
  seen->line = name->line;
  seen->library_offset = name->library_offset;
  keep(seen->library, sizeof seen->library, name->library);
  keep(seen->function, sizeof seen->function, name->function);
  keep(seen->file, sizeof seen->file, name->file);
}

static void a_function_of_this_program(void **state) {
  (void)state;
  struct seen seen = {0};
  a_named_function();
  panamem_code_names(here, see, &seen);
  assert_int_equal(seen.count, 1);
  assert_non_null(strstr(seen.library, "code_name_test"));
#ifdef PANAMEM_BACKTRACE
  assert_string_equal(seen.function, "a_named_function"); /* static: the loader does not know it */
#endif
}

static void file_and_line_where_there_is_debug_information(void **state) {
  (void)state;
#if defined(PANAMEM_BACKTRACE) && defined(HAS_DEBUG_INFORMATION)
  struct seen seen = {0};
  a_named_function();
  panamem_code_names(here, see, &seen);
  assert_non_null(strstr(seen.file, "code_name_test.c"));
  assert_int_equal(seen.line, line);
#else
  skip();
#endif
}

static void an_exported_function_of_a_library(void **state) {
  (void)state;
  struct seen seen = {0};
  panamem_code_names((uintptr_t)qsort + 1, see, &seen);
  assert_non_null(strstr(seen.function, "qsort")); /* debug information may have another of its names */
  assert_true(seen.library_offset > 0);
}

static void what_is_no_code_is_visited_without_names(void **state) {
  (void)state;
  struct seen seen = {0};
  panamem_code_names(0x10, see, &seen);
  assert_int_equal(seen.count, 1);
  assert_string_equal(seen.function, "");
  assert_string_equal(seen.library, "");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_function_of_this_program),
      cmocka_unit_test(file_and_line_where_there_is_debug_information),
      cmocka_unit_test(an_exported_function_of_a_library),
      cmocka_unit_test(what_is_no_code_is_visited_without_names),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
