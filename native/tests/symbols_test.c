/* SPDX-License-Identifier: Apache-2.0
 *
 * The real libpanamem-symbols.so preloaded into programs with every kind of Python: those that call it, and the line that
 * each of the others gets.
 */
#include "cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capture.h"

#define NEEDED "panamem: symbol mode needs a libpython whose PyMem calls can be interposed; "
#define ADVICE ": run without --symbols\n"

static int clean(void **state) {
  (void)state;
  setenv("LD_PRELOAD", LIBRARY, 1);
  setenv("PANAMEM_MALLOC", "malloc", 1); /* no Java here */
  unsetenv("PANAMEM_OPTIONS");
  unsetenv("PYTHONMALLOC");
  unsetenv("FREE_THREADED");
  return 0;
}

static int after(void **state) {
  (void)state;
  unsetenv("LD_PRELOAD");
  unsetenv("LD_LIBRARY_PATH");
  return 0;
}

static const char *argument;

static void run(void *program) {
  dup2(STDERR_FILENO, STDOUT_FILENO);
  execl(program, program, argument, (char *)NULL);
  _exit(9);
}

static void assert_runs(const char *program, int status, const char *text) {
  struct capture child = capture(run, (void *)(uintptr_t)program);
  if (child.signal != 0 || child.status != status || strcmp(child.text, text) != 0) {
    fail_msg("signal %d, status %d: '%s'", child.signal, child.status, child.text);
  }
}

static void a_libpython_that_the_loader_binds_calls_ours(void **state) {
  (void)state;
  assert_runs(PROGRAM_SHARED, 0, "not its own malloc\n");
  unsetenv("LD_PRELOAD");
  assert_runs(PROGRAM_SHARED, 0, "its own pymalloc\n");
}

static void one_that_is_bound_to_itself_is_refused(void **state) {
  (void)state;
  assert_runs(PROGRAM_LINKER, 1, NEEDED PYTHON_LINKER " is bound to its own PyMem_RawMalloc" ADVICE);
  assert_runs(PROGRAM_COMPILER, 1, NEEDED PYTHON_COMPILER " is bound to its own PyMem_Malloc" ADVICE);
}

static void a_program_with_its_own_inside_is_refused(void **state) {
  (void)state;
  assert_runs(PROGRAM_STATIC, 1, NEEDED PROGRAM_STATIC " has its own inside" ADVICE);
}

static void a_free_threaded_one_is_refused(void **state) {
  (void)state;
  setenv("FREE_THREADED", "1", 1);
  assert_runs(PROGRAM_SHARED, 1, NEEDED PYTHON_SHARED " is free-threaded and must keep its objects itself" ADVICE);
}

static void what_is_no_cpython_is_refused(void **state) {
  (void)state;
  setenv("LD_LIBRARY_PATH", PANAMEM_FOLDER, 1); /* before the program's own path */
  assert_runs(PROGRAM_PANAMEM, 1, NEEDED PANAMEM_FOLDER "/libpanamem.so.0 is none of CPython 3.11 or later" ADVICE);
}

static void a_program_without_python_is_left_alone(void **state) {
  (void)state;
  setenv("PANAMEM_MALLOC", "bogus", 1);
  argument = NULL;
  assert_runs(PROGRAM_LATE, 0, "without\n");
  argument = PYTHON_SHARED;
  assert_runs(PROGRAM_LATE, 1,
              "panamem: symbol mode needs a libpython that is there before main; this process loaded one later: run "
              "without --symbols\n");
  argument = NULL;
}

static void wrong_words_are_one_line(void **state) {
  (void)state;
  setenv("PANAMEM_OPTIONS", "mode=table", 1);
  assert_runs(PROGRAM_SHARED, 1,
              "panamem: mode=table needs libpanamem-preload.so in LD_PRELOAD instead of libpanamem-symbols.so, as "
              "./panamem run has it\n");
  setenv("PANAMEM_OPTIONS", "mode=symbols", 1);
  assert_runs(PROGRAM_SHARED, 0, "not its own malloc\n");
  setenv("LD_PRELOAD", PRELOAD, 1);
  assert_runs(PROGRAM_SHARED, 1,
              "panamem: mode=symbols needs libpanamem-symbols.so in LD_PRELOAD instead of libpanamem-preload.so, as "
              "./panamem run --symbols has it\n");
  setenv("LD_PRELOAD", LIBRARY, 1);
  setenv("PANAMEM_MALLOC", "off", 1);
  assert_runs(PROGRAM_SHARED, 1,
              "panamem: PANAMEM_MALLOC=off leaves CPython alone, which symbol mode cannot" ADVICE);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(a_libpython_that_the_loader_binds_calls_ours, clean, after),
      cmocka_unit_test_setup_teardown(one_that_is_bound_to_itself_is_refused, clean, after),
      cmocka_unit_test_setup_teardown(a_program_with_its_own_inside_is_refused, clean, after),
      cmocka_unit_test_setup_teardown(a_free_threaded_one_is_refused, clean, after),
      cmocka_unit_test_setup_teardown(what_is_no_cpython_is_refused, clean, after),
      cmocka_unit_test_setup_teardown(a_program_without_python_is_left_alone, clean, after),
      cmocka_unit_test_setup_teardown(wrong_words_are_one_line, clean, after),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
