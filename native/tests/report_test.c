/* SPDX-License-Identifier: Apache-2.0
 *
 * The report line by line, after calls whose figures are known; and who writes it at exit, and where to.
 */
#include "fixture.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../include/panamem/panamem.h"
#include "../arrival.h"
#include "../entry.h"
#include "../hardened.h"
#include "../heap.h"
#include "../history.h"
#include "../jvm.h"
#include "../magazine.h"
#include "../options.h"
#include "../report.h"
#include "../sites.h"
#include "capture.h"
#include "fake_entries.h"
#include "fake_jvm.h"
#include "folder.h"

static char error[256];

static int fresh(void **state) {
  (void)state;
  unsetenv("PANAMEM_REPORT_PROCESS");
  heap_fresh(64 * MIB);
  fake_entries_serve();
  folder_make();
  panamem_arrival.ready_nanos = panamem_arrival.cpu_nanos = 0;
  return panamem_options_parse(NULL, error, sizeof error) ? 0 : -1;
}

static int clean(void **state) {
  (void)state;
  folder_remove();
  return 0;
}

static const char *report(void) {
  const char *path = folder_path("report");
  int descriptor = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
  assert_int_equal(panamem_report(descriptor), 0);
  assert_int_equal(write(descriptor, "", 0), 0); /* still the caller's */
  close(descriptor);
  return folder_read(path);
}

static void assert_line(const char *text, const char *line) {
  char whole[512];
  snprintf(whole, sizeof whole, "%s\n", line);
  const char *found = strstr(text, whole);
  if (found == NULL || (found != text && found[-1] != '\n')) {
    fail_msg("'%s' is not in:\n%s", line, text);
  }
}

static void every_line_holds_the_figures(void **state) {
  (void)state;
  void *obj = PANAMEM_DOMAIN_CONTEXT(2);
  for (int i = 0; i < 10; i++) {
    panamem_arena_malloc(obj, 100);
  }
  panamem_arena_free(obj, panamem_arena_malloc(obj, 100));
  void *ready = panamem_arena_malloc(NULL, 50000);
  panamem_arena_malloc(NULL, 50000);
  panamem_arena_free(NULL, ready);
  panamem_state_set(PANAMEM_STATE_CHILD);
  panamem_arena_free(NULL, panamem_arena_malloc(NULL, 3 * MIB));
  panamem_state_set(PANAMEM_STATE_READY);
  char line[256];
  const char *text = report();
  snprintf(line, sizeof line, "panamem 0.1.0 report, process %d: allocator arena, core jvm", getpid());
  assert_line(text, line);
  assert_line(text, "domain  live blocks     live bytes     peak bytes   total blocks      committed");
  assert_line(text, "RAW               1          65536        3276800              3         131072");
  assert_line(text, "MEM               0              0              0              0              0");
  snprintf(line, sizeof line, "OBJ              10           1120 %14lu             11          16384",
           panamem_heap.bins[2 << PANAMEM_BIN_SHIFT | 7].blocks_out_peak * 112);
  assert_line(text, line);
  assert_line(text, "domain      size  live blocks     live bytes     peak bytes   total blocks ready blocks");
  assert_line(text, "RAW        large            1          65536        3276800              3            1");
  snprintf(line, sizeof line, "OBJ          112           10           1120 %14lu             11 %12lu",
           panamem_heap.bins[2 << PANAMEM_BIN_SHIFT | 7].blocks_out_peak * 112,
           panamem_heap.bins[2 << PANAMEM_BIN_SHIFT | 7].blocks_out - 10);
  assert_line(text, line);
  uint64_t committed = panamem_heap.page_heap.committed_bytes;
  snprintf(line, sizeof line,
           "arenas %u of 1048576 bytes; committed %lu bytes (peak %lu, dirty 3145728), returned to the OS 0 bytes",
           panamem_heap.page_heap.arenas_taken - 1, committed, panamem_heap.page_heap.committed_peak_bytes);
  assert_line(text, line);
  assert_null(strstr(text, "\nlimit "));
  snprintf(line, sizeof line, "calls 14, crossings %lu (%.2f per 1,000 calls), threads 1", fake_crossings(),
           (double)fake_crossings() / 13 * 1000);
  assert_line(text, line);
  assert_line(text, "fallback handed out 1 blocks (7.14 % of calls): boot 0, child 1, stack 0, shutdown 0, no Java 0");
}

/* Under `hardened`; in a child, because its marks belong to one heap. */
static void report_empty_blocks(void *mem) {
  panamem_hardened_malloc(mem, 0);
  panamem_hardened_free(mem, panamem_hardened_malloc(mem, 0));
  panamem_hardened_malloc(mem, 70000);
  panamem_report(STDERR_FILENO);
}

static void blocks_of_no_bytes_have_a_line(void **state) {
  (void)state;
  struct capture end = capture(report_empty_blocks, PANAMEM_HARDENED_CONTEXT(1));
  assert_line(end.text, "MEM               2          81920          81920              3          81920");
  assert_line(end.text, "MEM            0            1              0              0              2            0");
}

static void limits_and_refusals_are_shown_when_there_are_any(void **state) {
  (void)state;
  panamem_limit(PANAMEM_ALL_DOMAINS, MIB);
  assert_line(report(), "limit 1048576 bytes; refused by limit 0, by the OS 0");
  assert_null(panamem_arena_malloc(NULL, 2 * MIB));
  assert_line(report(), "limit 1048576 bytes; refused by limit 1, by the OS 0");
  panamem_limit(PANAMEM_ALL_DOMAINS, 0);
  assert_line(report(), "limit 0 bytes; refused by limit 1, by the OS 0");
}

static void what_debug_hooks_remember_is_shown_when_there_is_any(void **state) {
  (void)state;
  assert_null(strstr(report(), "debug hooks"));
  panamem_history_begin(error, 0, 1, PANAMEM_SITE_UNKNOWN);
  assert_line(report(), "debug hooks and traces remember blocks and 0 sites in 4194304 bytes beside the heap");
}

static void the_boot_is_shown_when_java_served(void **state) {
  (void)state;
  char line[256];
  panamem_arrival.ready_nanos = 81500000;
  panamem_arrival.cpu_nanos = 99940000;
  snprintf(line, sizeof line,
           "panamem 0.1.0 report, process %d: allocator arena, core jvm, ready after 81.5 ms (99.9 ms CPU)", getpid());
  assert_line(report(), line);
}

static void a_descriptor_that_takes_nothing_is_an_error(void **state) {
  (void)state;
  int full = open("/dev/full", O_WRONLY);
  assert_int_equal(panamem_report(-1), -1);
  assert_int_equal(panamem_report(full), -1);
  close(full);
}

/* ---- At exit -------------------------------------------------------------------------------------------------------------- */

static void exit_with_report(void *options) {
  if (!panamem_options_parse(options, error, sizeof error)) {
    _exit(9);
  }
  panamem_report_at_exit();
  if (fork() == 0) {
    exit(0); /* a forked child does not report */
  }
  wait(NULL);
  exit(0);
}

static void assert_one_report(const char *text) {
  const char *first = strstr(text, "panamem 0.1.0 report, process ");
  assert_ptr_equal(first, text);
  assert_null(strstr(first + 1, "panamem 0.1.0 report"));
}

static void the_process_reports_once_and_not_its_children(void **state) {
  (void)state;
  char options[700];
  assert_one_report(capture(exit_with_report, (void *)"report=exit").text);
  snprintf(options, sizeof options, "report=exit:%s", folder_path("plain"));
  assert_string_equal(capture(exit_with_report, options).text, "");
  assert_one_report(folder_read(folder_path("plain")));
}

static void exit_and_say_where(void *options) {
  char path[700];
  panamem_options_parse(options, error, sizeof error);
  panamem_report_at_exit();
  snprintf(path, sizeof path, "r-%d.txt", getpid());
  fprintf(stderr, "%s", path);
  exit(0);
}

static void the_process_id_stands_for_its_mark(void **state) {
  (void)state;
  char options[700];
  snprintf(options, sizeof options, "report=exit:%s", folder_path("r-%p.txt"));
  struct capture child = capture(exit_and_say_where, options);
  assert_one_report(folder_read(folder_path(child.text)));
}

static void a_file_that_cannot_be_made_is_named(void **state) {
  (void)state;
  char options[700];
  char line[700];
  snprintf(options, sizeof options, "report=exit:%s", folder_path("no/such/folder"));
  snprintf(line, sizeof line, "panamem: cannot write the report to %s: No such file or directory\n", folder_path("no/such/folder"));
  assert_string_equal(capture(exit_with_report, options).text, line);
}

static void another_process_was_named_for_stderr(void **state) {
  (void)state;
  setenv("PANAMEM_REPORT_PROCESS", "1", 1);
  assert_string_equal(capture(exit_with_report, (void *)"report=exit").text, "");
  setenv("PANAMEM_REPORT_PROCESS", "", 1);
  assert_one_report(capture(exit_with_report, (void *)"report=exit").text);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(every_line_holds_the_figures, fresh, clean),
      cmocka_unit_test_setup_teardown(blocks_of_no_bytes_have_a_line, fresh, clean),
      cmocka_unit_test_setup_teardown(limits_and_refusals_are_shown_when_there_are_any, fresh, clean),
      cmocka_unit_test_setup_teardown(what_debug_hooks_remember_is_shown_when_there_is_any, fresh, clean),
      cmocka_unit_test_setup_teardown(the_boot_is_shown_when_java_served, fresh, clean),
      cmocka_unit_test_setup_teardown(a_descriptor_that_takes_nothing_is_an_error, fresh, clean),
      cmocka_unit_test_setup_teardown(the_process_reports_once_and_not_its_children, fresh, clean),
      cmocka_unit_test_setup_teardown(the_process_id_stands_for_its_mark, fresh, clean),
      cmocka_unit_test_setup_teardown(a_file_that_cannot_be_made_is_named, fresh, clean),
      cmocka_unit_test_setup_teardown(another_process_was_named_for_stderr, fresh, clean),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
