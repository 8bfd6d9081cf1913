/* SPDX-License-Identifier: Apache-2.0
 *
 * Finding a JDK among fake homes: the order of places, what a home must have, and the line when there is none.
 */
#include "cmocka_all.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../jdk.h"
#include "../own_path.h"
#include "folder.h"

static char home[PATH_MAX];
static char error[512];
static char bundled[PATH_MAX + sizeof PANAMEM_JDK_BUNDLED]; /* beside this program, which has a folder of its own */

static void make_jdk(const char *name, const char *version) {
  char file[256];
  char text[256];
  snprintf(file, sizeof file, "%s/release", name);
  snprintf(text, sizeof text, "IMPLEMENTOR=\"X\"\nJAVA_VERSION=\"%s\"\nOS_NAME=\"Linux\"\n", version);
  folder_file(file, text, 0644);
  snprintf(file, sizeof file, "%s/lib/server/libjvm.so", name);
  folder_file(file, "", 0644);
  snprintf(file, sizeof file, "%s/bin/java", name);
  folder_file(file, "", 0755);
}

static int fresh(void **state) {
  (void)state;
  char library[PATH_MAX];
  char folder[PATH_MAX];
  assert_true(panamem_own_path(library, folder));
  snprintf(bundled, sizeof bundled, "%s/" PANAMEM_JDK_BUNDLED, folder);
  remove(bundled);
  folder_make();
  folder_file("empty/x", "", 0644);
  unsetenv("PANAMEM_JAVA_HOME");
  unsetenv("JAVA_HOME");
  setenv("PATH", folder_path("empty"), 1);
  setenv("HOME", folder_path("empty"), 1);
  make_jdk("jdk25", "25.0.1");
  make_jdk("jdk26", "26");
  make_jdk("jdk17", "17.0.15");
  return 0;
}

static int clean(void **state) {
  (void)state;
  remove(bundled);
  folder_remove();
  return 0;
}

static void bundle(const char *name) {
  char folder[sizeof bundled];
  strcpy(folder, bundled);
  *strrchr(folder, '/') = '\0';
  mkdir(folder, 0777);
  assert_int_equal(symlink(folder_path(name), bundled), 0);
}

static void assert_found(const char *name) {
  home[0] = error[0] = '\0';
  if (!panamem_jdk_find(home, sizeof home, error, sizeof error)) {
    fail_msg("%s", error);
  }
  assert_string_equal(home, folder_path(name));
}

static void our_variable_is_the_only_place_when_it_is_set(void **state) {
  (void)state;
  setenv("PANAMEM_JAVA_HOME", folder_path("jdk26"), 1);
  setenv("JAVA_HOME", folder_path("jdk25"), 1);
  assert_found("jdk26");
  char line[400];
  setenv("PANAMEM_JAVA_HOME", folder_path("jdk17"), 1);
  assert_false(panamem_jdk_find(home, sizeof home, error, sizeof error));
  snprintf(line, sizeof line, "no JDK 25 or later (%s is version 17); install one or set PANAMEM_JAVA_HOME", folder_path("jdk17"));
  assert_string_equal(error, line);
  setenv("PANAMEM_JAVA_HOME", folder_path("nothing"), 1);
  assert_false(panamem_jdk_find(home, sizeof home, error, sizeof error));
  snprintf(line, sizeof line, "no JDK 25 or later (no JDK at %s); install one or set PANAMEM_JAVA_HOME", folder_path("nothing"));
  assert_string_equal(error, line);
  setenv("PANAMEM_JAVA_HOME", "", 1); /* as good as unset */
  assert_found("jdk25");
}

static void the_bundled_runtime_comes_before_what_the_machine_has(void **state) {
  (void)state;
  setenv("JAVA_HOME", folder_path("jdk25"), 1);
  bundle("jdk26");
  assert_true(panamem_jdk_find(home, sizeof home, error, sizeof error));
  assert_string_equal(home, bundled);
  setenv("PANAMEM_JAVA_HOME", folder_path("jdk25"), 1); /* the user's word counts more */
  assert_found("jdk25");
}

static void a_bundled_runtime_that_does_not_do_is_passed_by(void **state) {
  (void)state;
  char line[2 * PATH_MAX];
  setenv("JAVA_HOME", folder_path("jdk26"), 1);
  bundle("jdk17");
  assert_found("jdk26");
  setenv("PANAMEM_JAVA_HOME", folder_path("jdk17"), 1);
  assert_false(panamem_jdk_find(home, sizeof home, error, sizeof error));
  snprintf(line, sizeof line, "no JDK 25 or later (%s is version 17); install one or set PANAMEM_JAVA_HOME", folder_path("jdk17"));
  assert_string_equal(error, line);
}

static void java_home_comes_before_path(void **state) {
  (void)state;
  setenv("JAVA_HOME", folder_path("jdk25"), 1);
  setenv("PATH", folder_path("jdk26/bin"), 1);
  assert_found("jdk25");
  setenv("JAVA_HOME", folder_path("jdk17"), 1); /* too old: the next place is asked */
  assert_found("jdk26");
}

static void java_on_path_may_be_a_link(void **state) {
  (void)state;
  char path[2000];
  assert_int_equal(symlink(folder_path("jdk26/bin/java"), folder_path("empty/java")), 0);
  snprintf(path, sizeof path, "/nonexistent::%s:%s", folder_path("empty"), folder_path("jdk25/bin"));
  setenv("PATH", path, 1);
  char expected[PATH_MAX];
  assert_non_null(realpath(folder_path("jdk26"), expected));
  assert_true(panamem_jdk_find(home, sizeof home, error, sizeof error));
  assert_string_equal(home, expected);
}

static void a_home_needs_a_release_file_and_a_jvm(void **state) {
  (void)state;
  setenv("PANAMEM_JAVA_HOME", folder_path("jdk25"), 1);
  assert_int_equal(remove(folder_path("jdk25/lib/server/libjvm.so")), 0);
  assert_false(panamem_jdk_find(home, sizeof home, error, sizeof error));
  folder_file("jdk25/lib/server/libjvm.so", "", 0644);
  assert_found("jdk25");
  static const struct {
    const char *text;
    bool serves;
  } releases[] = {{"", false},
                  {"JAVA_VERSION=25\n", false},
                  {"X_JAVA_VERSION=\"25\"\n", false},
                  {"JAVA_VERSION=\"1.8.0_402\"\n", false},
                  {"JAVA_VERSION=\"24.0.2\"\n", false},
                  {"JAVA_VERSION=\"25\"\n", true},
                  {"JAVA_VERSION=\"25-ea\"\n", true},
                  {"MODULES=\"a b\"\nJAVA_VERSION=\"110.1\"", true}};
  for (size_t i = 0; i < sizeof releases / sizeof releases[0]; i++) {
    folder_file("jdk25/release", releases[i].text, 0644);
    assert_int_equal(panamem_jdk_find(home, sizeof home, error, sizeof error), releases[i].serves);
  }
}

static void a_home_that_does_not_fit_is_not_taken(void **state) {
  (void)state;
  char small[8] = "";
  setenv("PANAMEM_JAVA_HOME", folder_path("jdk25"), 1);
  assert_false(panamem_jdk_find(small, sizeof small, error, sizeof error));
  assert_string_equal(small, "");
}

static void the_usual_folders_come_last_and_the_newest_first(void **state) {
  (void)state;
  make_jdk("user/.jdks/temurin-25", "25");
  make_jdk("user/.jdks/temurin-26", "26");
  make_jdk("user/.jdks/temurin-9", "9");
  setenv("HOME", folder_path("user"), 1);
  assert_true(panamem_jdk_find(home, sizeof home, error, sizeof error));
  if (strncmp(home, "/usr/lib/jvm/", 13) != 0 && strncmp(home, "/opt/", 5) != 0) { /* this machine has none of its own */
    assert_string_equal(home, folder_path("user/.jdks/temurin-26"));
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(our_variable_is_the_only_place_when_it_is_set, fresh, clean),
      cmocka_unit_test_setup_teardown(the_bundled_runtime_comes_before_what_the_machine_has, fresh, clean),
      cmocka_unit_test_setup_teardown(a_bundled_runtime_that_does_not_do_is_passed_by, fresh, clean),
      cmocka_unit_test_setup_teardown(java_home_comes_before_path, fresh, clean),
      cmocka_unit_test_setup_teardown(java_on_path_may_be_a_link, fresh, clean),
      cmocka_unit_test_setup_teardown(a_home_needs_a_release_file_and_a_jvm, fresh, clean),
      cmocka_unit_test_setup_teardown(a_home_that_does_not_fit_is_not_taken, fresh, clean),
      cmocka_unit_test_setup_teardown(the_usual_folders_come_last_and_the_newest_first, fresh, clean),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
