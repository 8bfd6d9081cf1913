/* SPDX-License-Identifier: Apache-2.0
 *
 * Copies of the real libraries, loaded into one process in every order: one is active, and the others say so.
 */
#include "cmocka_all.h"

#include <dlfcn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capture.h"
#include "folder.h"

static void copy(const char *from, const char *to) {
  char bytes[65536];
  size_t got;
  FILE *source = fopen(from, "rb");
  FILE *target = fopen(folder_path(to), "wb");
  assert_true(source != NULL && target != NULL);
  while ((got = fread(bytes, 1, sizeof bytes, source)) > 0) {
    assert_int_equal(fwrite(bytes, 1, got, target), got);
  }
  fclose(source);
  fclose(target);
}

static int fresh(void **state) {
  (void)state;
  unsetenv("PANAMEM_MALLOC");
  unsetenv("PANAMEM_OPTIONS");
  unsetenv("PYTHONMALLOC");
  folder_make();
  copy(LIBRARY, "libpanamem.so.0");
  copy(LIBRARY, "libpanamem-again.so");
  copy(PRELOAD, "libpanamem-preload.so");
  copy(TESTING, "libpanamem-testing.so");
  return 0;
}

static int clean(void **state) {
  (void)state;
  folder_remove();
  return 0;
}

static void *load(const char *name) {
  void *library = dlopen(folder_path(name), RTLD_NOW | RTLD_LOCAL);
  if (library == NULL) {
    fprintf(stderr, "%s", dlerror());
    _exit(9);
  }
  return library;
}

static const char *active(void *library) {
  return ((const char *(*)(void))dlsym(library, "panamem_active"))();
}

static bool serves_ours(void *library) {
  void *block = ((void *(*)(size_t))dlsym(library, "PyMem_RawMalloc"))(100);
  size_t usable = ((size_t(*)(const void *))dlsym(library, "panamem_usable_size"))(block);
  ((void (*)(void *))dlsym(library, "PyMem_RawFree"))(block);
  return usable > 0;
}

static void load_two(void *first_name) {
  load(first_name);
  void *first = load("libpanamem.so.0");
  void *second = load("libpanamem-again.so");
  bool right = strcmp(active(first), "arena") == 0 && strcmp(active(second), "malloc") == 0 && !serves_ours(second);
  _exit(right ? 0 : 1);
}

static void load_one(void *argument) {
  (void)argument;
  _exit(strcmp(active(load("libpanamem.so.0")), "arena") == 0 ? 0 : 1);
}

static void assert_second_is_reported(const char *first_name) {
  char line[2100];
  snprintf(line, sizeof line, "panamem: %s is loaded already; the second copy %s passes its calls to libc\n",
           folder_path("libpanamem.so.0"), folder_path("libpanamem-again.so"));
  struct capture child = capture(load_two, (void *)first_name);
  assert_string_equal(child.text, line);
  assert_int_equal(child.signal, 0);
  assert_int_equal(child.status, 0);
}

static void one_copy_is_active_without_a_word(void **state) {
  (void)state;
  struct capture child = capture(load_one, NULL);
  assert_string_equal(child.text, "");
  assert_int_equal(child.status, 0);
}

static void a_second_copy_names_both_and_passes_calls_to_libc(void **state) {
  (void)state;
  assert_second_is_reported("libpanamem.so.0");
}

/* A preload library in a program without CPython, and the library of the Java tests, come first and serve nothing. */
static void a_copy_that_serves_nothing_does_not_hide_one_that_does(void **state) {
  (void)state;
  assert_second_is_reported("libpanamem-preload.so");
  assert_second_is_reported("libpanamem-testing.so");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(one_copy_is_active_without_a_word, fresh, clean),
      cmocka_unit_test_setup_teardown(a_second_copy_names_both_and_passes_calls_to_libc, fresh, clean),
      cmocka_unit_test_setup_teardown(a_copy_that_serves_nothing_does_not_hide_one_that_does, fresh, clean),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
