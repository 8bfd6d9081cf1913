/* SPDX-License-Identifier: Apache-2.0
 *
 * The JVM's command line, composed from what lies beside the library: here beside the test program, in a folder of its own.
 */
#include "cmocka_all.h"

#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../jvm_flags.h"
#include "../options.h"
#include "capture.h"

static char program[PATH_MAX], jar[PATH_MAX + 32], cache[PATH_MAX + 32], class_path[2 * PATH_MAX];
static struct panamem_jvm_flags flags;
static struct panamem_jvm_kind kind; /* neither */

#define RELEASE 25
static char error[512];

static void touch(const char *path, time_t seconds, long nanos) {
  struct timespec times[2] = {{seconds, nanos}, {seconds, nanos}};
  int descriptor = open(path, O_WRONLY | O_CREAT, 0644);
  assert_true(descriptor >= 0);
  assert_int_equal(futimens(descriptor, times), 0);
  close(descriptor);
}

static int fresh(void **state) {
  (void)state;
  char folder[PATH_MAX];
  assert_non_null(realpath("/proc/self/exe", program));
  strcpy(folder, program);
  *strrchr(folder, '/') = '\0';
  snprintf(jar, sizeof jar, "%s/panamem", folder);
  mkdir(jar, 0777);
  snprintf(jar, sizeof jar, "%s/panamem/panamem.jar", folder);
  snprintf(cache, sizeof cache, "%s/panamem/panamem.aot", folder);
  remove(cache);
  touch(jar, 1000000, 500);
  return panamem_options_parse(NULL, error, sizeof error) ? 0 : -1;
}

/* The JVM keeps its flags; this test composes them again and again. */
static void forget_flags(void) {
  for (int i = 0; i < flags.count; i++) {
    free(flags.flags[i]);
  }
  flags.count = 0;
}

static int clean(void **state) {
  (void)state;
  forget_flags();
  remove(jar);
  remove(cache);
  return 0;
}

static void compose(void) {
  forget_flags();
  if (!panamem_jvm_flags_compose(&flags, kind, RELEASE, error, sizeof error)) {
    fail_msg("%s", error);
  }
  assert_null(flags.flags[flags.count]);
}

/* Where the flag stands, or -1. */
static int find(const char *format, const char *value) {
  char flag[3 * PATH_MAX];
  snprintf(flag, sizeof flag, format, value);
  for (int i = 0; i < flags.count; i++) {
    if (strcmp(flags.flags[i], flag) == 0) {
      return i;
    }
  }
  return -1;
}

#define assert_flag(format, value) assert_true(find(format, value) >= 0)

static void the_jar_beside_the_library_is_the_class_path(void **state) {
  (void)state;
  compose();
  assert_flag("-Djava.class.path=%s", jar);
  assert_flag("-Dpanamem.library=%s", program);
  assert_flag("%s", "-Xrs");
  assert_flag("%s", "-XX:-UsePerfData");
  assert_flag("%s", "-XX:+DisableAttachMechanism");
  assert_flag("%s", "-XX:-MaxFDLimit");
  assert_flag("%s", "--enable-native-access=ALL-UNNAMED");
  assert_flag("%s", "-XX:ErrorFile=/tmp/panamem_hs_err_%p.log");
}

static void c2_compiles_only_where_calls_cross_often(void **state) {
  (void)state;
  compose();
  assert_flag("%s", "-XX:TieredStopAtLevel=1");
  const char *early = "-XX:CompileCommand=CompileThresholdScaling,io.github.panamem.memory.Memory::*,0.01";
  assert_true(find("%s", early) > find("%s", "-XX:CompileCommand=quiet")); /* else the JVM says a line */
  assert_true(find("%s", "-XX:CompileCommand=quiet") >= 0);
  forget_flags();
  assert_true(panamem_jvm_flags_compose(&flags, (struct panamem_jvm_kind){.crosses_often = true}, RELEASE, error, sizeof error));
  assert_int_equal(find("%s", "-XX:TieredStopAtLevel=1"), -1);
  assert_int_equal(find("%s", early), -1); /* C2 would not open it any more */
}

static void without_the_jar_there_is_a_line(void **state) {
  (void)state;
  char line[PATH_MAX + 100];
  remove(jar);
  assert_false(panamem_jvm_flags_compose(&flags, kind, RELEASE, error, sizeof error));
  snprintf(line, sizeof line, "missing %.400s; install it beside the library", jar);
  assert_string_equal(error, line);
}

static void the_cache_serves_when_it_is_not_older_than_the_jar(void **state) {
  (void)state;
  static const struct {
    time_t seconds;
    long nanos;
    bool serves;
  } ages[] = {{999999, 999, false}, {1000000, 499, false}, {1000000, 500, true}, {1000000, 501, true}, {1000001, 0, true}};
  compose();
  assert_int_equal(find("-XX:AOTCache=%s", cache), -1);
  for (size_t i = 0; i < sizeof ages / sizeof ages[0]; i++) {
    touch(cache, ages[i].seconds, ages[i].nanos);
    compose();
    assert_int_equal(find("-XX:AOTCache=%s", cache) >= 0, ages[i].serves);
  }
}

static void a_cache_is_moved_only_where_addresses_are_secret(void **state) {
  (void)state;
  compose();
  assert_int_equal(find("%s", "-XX:ArchiveRelocationMode=0"), -1); /* nothing to move */
  touch(cache, 1000001, 0);
  compose();
  assert_true(find("%s", "-XX:ArchiveRelocationMode=0") > find("%s", "-XX:+UnlockDiagnosticVMOptions"));
  for (int i = 0; i < 2; i++) {
    struct panamem_jvm_kind other = {.hides_addresses = i == 0};
    forget_flags();
    assert_true(panamem_jvm_flags_compose(&flags, other, i == 0 ? RELEASE : RELEASE + 1, error, sizeof error)); /* may not know it */
    assert_flag("-XX:AOTCache=%s", cache);
    assert_int_equal(find("%s", "-XX:ArchiveRelocationMode=0"), -1);
    assert_int_equal(find("%s", "-XX:-AOTReplayTraining") >= 0, i == 0);
  }
}

static void users_classes_and_flags_come_last(void **state) {
  (void)state;
  assert_true(panamem_options_parse("classpath=/a.jar:/b,jvm= -Xint  -Dx=y ", error, sizeof error));
  compose();
  snprintf(class_path, sizeof class_path, "%s:/a.jar:/b", jar);
  assert_flag("-Djava.class.path=%s", class_path);
  assert_int_equal(find("%s", "-Xint"), flags.count - 2); /* the last of two flags wins in a JVM */
  assert_int_equal(find("%s", "-Dx=y"), flags.count - 1);
}

static void more_flags_than_fit_are_cut(void **state) {
  (void)state;
  char text[1000] = "jvm=";
  for (int i = 0; i < 200; i++) {
    strcat(text, "-X ");
  }
  assert_true(panamem_options_parse(text, error, sizeof error));
  compose();
  assert_int_equal(flags.count, PANAMEM_JVM_FLAGS_MOST - 1);
}

static void compose_under_limit(void *argument) {
  uint64_t bytes = *(uint64_t *)argument;
  struct rlimit limit = {bytes, RLIM_INFINITY};
  setrlimit(RLIMIT_STACK, &limit);
  uint64_t expected = bytes < 1ull << 30 ? bytes : 1ull << 30;
  char flag[64];
  snprintf(flag, sizeof flag, "%llu", (unsigned long long)expected);
  bool composed = panamem_jvm_flags_compose(&flags, kind, RELEASE, error, sizeof error);
  _exit(composed && flags.main_stack_bytes == expected && find("-Xss%s", flag) >= 0 ? 0 : 1);
}

static void the_jvm_knows_the_main_threads_stack(void **state) {
  (void)state;
  uint64_t limits[] = {1 << 20, 8 << 20, 2ull << 30, RLIM_INFINITY};
  for (int i = 0; i < 4; i++) {
    assert_int_equal(capture(compose_under_limit, &limits[i]).status, 0);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(the_jar_beside_the_library_is_the_class_path, fresh, clean),
      cmocka_unit_test_setup_teardown(c2_compiles_only_where_calls_cross_often, fresh, clean),
      cmocka_unit_test_setup_teardown(without_the_jar_there_is_a_line, fresh, clean),
      cmocka_unit_test_setup_teardown(the_cache_serves_when_it_is_not_older_than_the_jar, fresh, clean),
      cmocka_unit_test_setup_teardown(a_cache_is_moved_only_where_addresses_are_secret, fresh, clean),
      cmocka_unit_test_setup_teardown(users_classes_and_flags_come_last, fresh, clean),
      cmocka_unit_test_setup_teardown(more_flags_than_fit_are_cut, fresh, clean),
      cmocka_unit_test_setup_teardown(the_jvm_knows_the_main_threads_stack, fresh, clean),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
