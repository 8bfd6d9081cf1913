/* SPDX-License-Identifier: Apache-2.0
 *
 * A library's imports redirected, while every other library and the program keep theirs.
 */
#include "cmocka_all.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <unistd.h>

#include "../imports.h"

static void *library;

static char *our_getenv(const char *name) {
  (void)name;
  static char ours[] = "ours";
  return ours;
}

static pid_t our_getppid(void) {
  return 4711;
}

static uid_t our_getuid(void) {
  return 5;
}

static int load(void **state) {
  (void)state;
  library = dlopen(IMPORTED_LIBRARY, RTLD_NOW | RTLD_LOCAL);
  assert_non_null(library);
  setenv("PANAMEM_TEST_IMPORTS", "theirs", 1);
  return 0;
}

static int unload(void **state) {
  (void)state;
  return dlclose(library);
}

#define CALL(type, name) ((type)dlsym(library, name))

static void named_functions_are_replaced_in_this_library_alone(void **state) {
  (void)state;
  const struct panamem_import imports[] = {{"getenv", (void *)our_getenv}, {"getppid", (void *)our_getppid}, {NULL, NULL}};
  assert_string_equal(CALL(const char *(*)(const char *), "imported_getenv")("PANAMEM_TEST_IMPORTS"), "theirs");
  assert_int_equal(panamem_imports_redirect(library, imports), 2);
  assert_string_equal(CALL(const char *(*)(const char *), "imported_getenv")("PANAMEM_TEST_IMPORTS"), "ours");
  assert_int_equal(CALL(int (*)(void), "imported_getppid")(), 4711);
  assert_string_equal(getenv("PANAMEM_TEST_IMPORTS"), "theirs");
  assert_int_not_equal(getppid(), 4711);
  assert_int_equal(panamem_imports_redirect(library, imports), 2); /* once more is no more */
  assert_string_equal(CALL(const char *(*)(const char *), "imported_getenv")("PANAMEM_TEST_IMPORTS"), "ours");
}

static void an_address_in_the_librarys_data_is_replaced(void **state) {
  (void)state;
  const struct panamem_import imports[] = {{"getpgrp", (void *)our_getppid}, {NULL, NULL}};
  assert_int_equal(CALL(int (*)(void), "imported_getpgrp")(), getpgrp());
  assert_int_equal(panamem_imports_redirect(library, imports), 1);
  assert_int_equal(CALL(int (*)(void), "imported_getpgrp")(), 4711);
}

static void functions_that_are_not_named_stay(void **state) {
  (void)state;
  const struct panamem_import imports[] = {{"getuid", (void *)our_getuid}, {"not_imported", (void *)our_getuid}, {NULL, NULL}};
  assert_int_equal(panamem_imports_redirect(library, imports), 1);
  assert_int_equal(CALL(long (*)(void), "imported_both")(), 5000 + (long)getgid());
}

static void without_a_library_or_names_nothing_happens(void **state) {
  (void)state;
  const struct panamem_import imports[] = {{"getenv", (void *)our_getenv}, {NULL, NULL}};
  const struct panamem_import none[] = {{NULL, NULL}};
  assert_int_equal(panamem_imports_redirect(NULL, imports), 0);
  assert_int_equal(panamem_imports_redirect(library, none), 0);
}

static void only_what_comes_from_elsewhere_is_imported(void **state) {
  (void)state;
  assert_true(panamem_imports_function(library, "getenv"));
  assert_true(panamem_imports_function(library, "getppid")); /* by address alone */
  assert_false(panamem_imports_function(library, "geten"));
  assert_false(panamem_imports_function(library, "imported_getenv")); /* its own, which it does not call */
  assert_false(panamem_imports_function(NULL, "getenv"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(named_functions_are_replaced_in_this_library_alone, load, unload),
      cmocka_unit_test_setup_teardown(an_address_in_the_librarys_data_is_replaced, load, unload),
      cmocka_unit_test_setup_teardown(functions_that_are_not_named_stay, load, unload),
      cmocka_unit_test_setup_teardown(only_what_comes_from_elsewhere_is_imported, load, unload),
      cmocka_unit_test_setup_teardown(without_a_library_or_names_nothing_happens, load, unload),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
