/* SPDX-License-Identifier: Apache-2.0
 *
 * PANAMEM_OPTIONS: every option in every form, and for what is wrong the exact line.
 */
#include "fixture.h"

#include <stdio.h>
#include <string.h>

#include "../options.h"

static char error[512];

static void accept(const char *text) {
  error[0] = '\0';
  if (!panamem_options_parse(text, error, sizeof error)) {
    fail_msg("'%s': %s", text, error);
  }
}

static void refuse(const char *text, const char *line) {
  assert_false(panamem_options_parse(text, error, sizeof error));
  assert_string_equal(error, line);
}

static void what_was_wrong_is_shown_in_one_line(void **state) {
  (void)state;
  assert_false(panamem_options_parse("boot=so\non", error, sizeof error));
  assert_non_null(strstr(error, "bad value 'so?on' of 'boot'"));
  assert_false(panamem_options_parse("a\tb", error, sizeof error));
  assert_non_null(strstr(error, "unknown option 'a?b'"));
}

static void nothing_means_the_defaults(void **state) {
  (void)state;
  static const char *const empty[] = {NULL, "", ",", ",,,"};
  for (size_t i = 0; i < sizeof empty / sizeof empty[0]; i++) {
    accept("limit=5,verbose,mode=symbols,report=exit:/x,boot=sync,jvm=-Xint");
    accept(empty[i]);
    assert_int_equal(panamem_options.limit_bytes, 0);
    assert_int_equal(panamem_options.range_bytes, 0);
    assert_int_equal(panamem_options.dirty_cap_bytes, 64 * MIB);
    assert_true(panamem_options.dirty_follows_use);
    assert_int_equal(panamem_options.decay_millis, 1000);
    assert_int_equal(panamem_options.magazine_bytes, 4 * MIB);
    assert_false(panamem_options.verbose);
    assert_int_equal(panamem_options.boot, PANAMEM_BOOT_LAZY);
    assert_int_equal(panamem_options.mode, PANAMEM_MODE_ANY);
    assert_false(panamem_options.report_at_exit);
    assert_string_equal(panamem_options.report_file, "");
    assert_string_equal(panamem_options.class_path, "");
    assert_string_equal(panamem_options.jvm_flags, "");
  }
}

static void all_options_together(void **state) {
  (void)state;
  accept("limit=1g,limit.raw=1,limit.mem=2k,limit.obj=3M,range=2t,,dirty=0,decay=77,magazine=5K,report=exit:/tmp/r-%p,"
         "boot=sync,core=jvm,classpath=/a.jar:/b.jar,jvm=-Xint -Xlog:gc=info,verbose,");
  assert_int_equal(panamem_options.limit_bytes, 1024 * MIB);
  assert_int_equal(panamem_options.domain_limit_bytes[0], 1);
  assert_int_equal(panamem_options.domain_limit_bytes[1], 2048);
  assert_int_equal(panamem_options.domain_limit_bytes[2], 3 * MIB);
  assert_int_equal(panamem_options.range_bytes, 2ull << 40);
  assert_int_equal(panamem_options.dirty_cap_bytes, 0);
  assert_false(panamem_options.dirty_follows_use);
  assert_int_equal(panamem_options.decay_millis, 77);
  assert_int_equal(panamem_options.magazine_bytes, 5120);
  assert_true(panamem_options.report_at_exit);
  assert_string_equal(panamem_options.report_file, "/tmp/r-%p");
  assert_int_equal(panamem_options.boot, PANAMEM_BOOT_SYNC);
  assert_string_equal(panamem_options.class_path, "/a.jar:/b.jar");
  assert_string_equal(panamem_options.jvm_flags, "-Xint -Xlog:gc=info");
  assert_true(panamem_options.verbose);
  accept("mode=symbols");
  assert_int_equal(panamem_options.mode, PANAMEM_MODE_SYMBOLS);
  accept("report=exit,boot=async,core=native,core=auto,mode=symbols,mode=table");
  assert_int_equal(panamem_options.mode, PANAMEM_MODE_TABLE);
  assert_true(panamem_options.report_at_exit);
  assert_string_equal(panamem_options.report_file, "");
  accept("boot=lazy,boot.after=3m");
  assert_int_equal(panamem_options.boot, PANAMEM_BOOT_LAZY);
  assert_int_equal(panamem_options.boot_after_bytes, 3 << 20);
}

static void bytes_end_at_64_bits(void **state) {
  (void)state;
  accept("limit=18446744073709551615");
  assert_true(panamem_options.limit_bytes == UINT64_MAX);
  accept("limit=16777215t");
  assert_true(panamem_options.limit_bytes == 16777215ull << 40);
  static const char *const wrong[] = {"", "x", "-1", " -1", "+1", " 1", "1kb", "1 k", "1p", "k", "0x10", "1.5g",
                                      "18446744073709551616", "16777216t", "99999999999999999999g"};
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
    char text[64], line[128];
    snprintf(text, sizeof text, "limit=%s", wrong[i]);
    snprintf(line, sizeof line, "PANAMEM_OPTIONS: bad value '%s' of 'limit'; allowed: bytes, e.g. 512m; 0 = none", wrong[i]);
    refuse(text, line);
  }
}

static void milliseconds_fit_nanoseconds(void **state) {
  (void)state;
  accept("decay=18446744073709");
  refuse("decay=18446744073710", "PANAMEM_OPTIONS: bad value '18446744073710' of 'decay'; allowed: milliseconds");
  refuse("decay=1s", "PANAMEM_OPTIONS: bad value '1s' of 'decay'; allowed: milliseconds");
  refuse("decay=-1", "PANAMEM_OPTIONS: bad value '-1' of 'decay'; allowed: milliseconds");
  refuse("decay= -1", "PANAMEM_OPTIONS: bad value ' -1' of 'decay'; allowed: milliseconds");
  refuse("decay", "PANAMEM_OPTIONS: bad value '' of 'decay'; allowed: milliseconds");
}

static void each_option_says_what_it_allows(void **state) {
  (void)state;
  static const char *const keys[] = {"limit.raw", "limit.mem", "limit.obj", "range", "dirty", "magazine"};
  static const char *const allowed[] = {"bytes", "bytes", "bytes", "bytes, e.g. 64g; 0 = by the machine",
                                        "bytes, e.g. 64m", "bytes per thread, e.g. 2m"};
  for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
    char text[64], line[128];
    snprintf(text, sizeof text, "%s=?", keys[i]);
    snprintf(line, sizeof line, "PANAMEM_OPTIONS: bad value '?' of '%s'; allowed: %s", keys[i], allowed[i]);
    refuse(text, line);
  }
  refuse("report=always", "PANAMEM_OPTIONS: bad value 'always' of 'report'; allowed: exit or exit:FILE (%p = process id)");
  refuse("report=exit:", "PANAMEM_OPTIONS: bad value 'exit:' of 'report'; allowed: exit or exit:FILE (%p = process id)");
  refuse("report=exits", "PANAMEM_OPTIONS: bad value 'exits' of 'report'; allowed: exit or exit:FILE (%p = process id)");
  refuse("report", "PANAMEM_OPTIONS: bad value '' of 'report'; allowed: exit or exit:FILE (%p = process id)");
  refuse("boot=now", "PANAMEM_OPTIONS: bad value 'now' of 'boot'; allowed: sync, async or lazy");
  refuse("core=c", "PANAMEM_OPTIONS: bad value 'c' of 'core'; allowed: auto, jvm or native");
  refuse("mode=s", "PANAMEM_OPTIONS: bad value 's' of 'mode'; allowed: table or symbols");
  refuse("format=xml", "PANAMEM_OPTIONS: bad value 'xml' of 'format'; allowed: text or json");
  refuse("classpath=", "PANAMEM_OPTIONS: bad value '' of 'classpath'; allowed: a class path for java:<class>");
  refuse("jvm", "PANAMEM_OPTIONS: bad value '' of 'jvm'; allowed: JVM flags separated by blanks");
  refuse("verbose=1", "PANAMEM_OPTIONS: bad value '1' of 'verbose'; allowed: no value");
}

static void stacks_have_a_depth_and_perhaps_a_rate(void **state) {
  (void)state;
  accept("");
  assert_int_equal(panamem_options.stack_depth, PANAMEM_STACK_DEPTH);
  assert_int_equal(panamem_options.stack_rate, 0);
  accept("stacks=7");
  assert_int_equal(panamem_options.stack_depth, 7);
  assert_int_equal(panamem_options.stack_rate, 1);
  accept("stacks=64:4294967295");
  assert_int_equal(panamem_options.stack_depth, 64);
  assert_int_equal(panamem_options.stack_rate, UINT32_MAX);
  accept("stacks=0");
  assert_int_equal(panamem_options.stack_depth, 0);
  static const char *const wrong[] = {"", "x", "-1", " 1", "65", "7:", "7:0", "7:x", "7:-1", "7:1x", "7:4294967296"};
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
    char text[64], line[128];
    snprintf(text, sizeof text, "stacks=%s", wrong[i]);
    snprintf(line, sizeof line,
             "PANAMEM_OPTIONS: bad value '%s' of 'stacks'; allowed: DEPTH or DEPTH:RATE, e.g. 16:64; at most 64 frames, 0 = none",
             wrong[i]);
    refuse(text, line);
  }
}

static void guard_has_a_rate_an_edge_and_a_quarantine(void **state) {
  (void)state;
  accept("");
  assert_int_equal(panamem_options.guard_rate, 1);
  assert_int_equal(panamem_options.guard_edge, PANAMEM_EDGE_RIGHT);
  accept("guard.rate=4294967295,guard.edge=left,guard.quarantine=5k:7");
  assert_int_equal(panamem_options.guard_rate, UINT32_MAX);
  assert_int_equal(panamem_options.guard_edge, PANAMEM_EDGE_LEFT);
  assert_int_equal(panamem_options.guard_quarantine_bytes, 5 << 10);
  assert_int_equal(panamem_options.guard_quarantine_blocks, 7);
  accept("guard.quarantine=0,guard.edge=right");
  assert_int_equal(panamem_options.guard_quarantine_bytes, 0);
  assert_int_equal(panamem_options.guard_edge, PANAMEM_EDGE_RIGHT);
  refuse("guard.rate=0", "PANAMEM_OPTIONS: bad value '0' of 'guard.rate'; allowed: a number N: one of N blocks is guarded, e.g. 1000");
  refuse("guard.rate=4294967296", "PANAMEM_OPTIONS: bad value '4294967296' of 'guard.rate'; allowed: a number N: one of N blocks "
                                  "is guarded, e.g. 1000");
  refuse("guard.edge=top", "PANAMEM_OPTIONS: bad value 'top' of 'guard.edge'; allowed: right or left");
  static const char *const wrong[] = {"", "x", "1:", "1:0", "1:x", ":1", "1m:1m", "-1", "11111111111111111111111111111111111"};
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
    char text[64], line[192];
    snprintf(text, sizeof text, "guard.quarantine=%s", wrong[i]);
    snprintf(line, sizeof line,
             "PANAMEM_OPTIONS: bad value '%s' of 'guard.quarantine'; allowed: BYTES or BYTES:BLOCKS, e.g. 256m:16384; 0 = none",
             wrong[i]);
    refuse(text, line);
  }
}

static void hardened_zeroes_on_request(void **state) {
  (void)state;
  accept("");
  assert_false(panamem_options.hardened_zeroes);
  accept("hardened=zero");
  assert_true(panamem_options.hardened_zeroes);
  accept("hardened=zero,hardened=marks");
  assert_false(panamem_options.hardened_zeroes);
  refuse("hardened=ones", "PANAMEM_OPTIONS: bad value 'ones' of 'hardened'; allowed: marks or zero");
}

static void reports_are_text_or_json(void **state) {
  (void)state;
  accept("format=json");
  assert_int_equal(panamem_options.format, PANAMEM_FORMAT_JSON);
  accept("format=json,format=text");
  assert_int_equal(panamem_options.format, PANAMEM_FORMAT_TEXT);
}

static void a_plan_of_failures_is_read(void **state) {
  (void)state;
  accept("");
  assert_int_equal(panamem_options.fail.first, 0);
  accept("fail=3-7:mem:size=64:site=a.so+0x12:test");
  assert_int_equal(panamem_options.fail.first, 3);
  assert_int_equal(panamem_options.fail.last, 7);
  assert_int_equal(panamem_options.fail.filter.domain, 1);
  assert_int_equal(panamem_options.fail.filter.size, 64);
  assert_string_equal(panamem_options.fail.filter.site, "a.so+0x12");
  assert_true(panamem_options.fail.waits_for_test);
  refuse("fail=0", "PANAMEM_OPTIONS: bad value '0' of 'fail'; allowed: N, N-M or N- from 1, then :raw, :mem or :obj, "
                   ":size=BYTES, :site=NAME, :test");
}

static void an_unknown_option_names_all(void **state) {
  (void)state;
  static const char keys[] = "limit, limit.raw, limit.mem, limit.obj, range, dirty, decay, magazine, report, boot, boot.after, "
                             "core, mode, stacks, trace, trace.file, guard.rate, guard.edge, guard.quarantine, hardened, format, fail, "
                             "classpath, jvm, verbose";
  static const char *const unknown[] = {"limits", "Limit", "limit ", " limit", "x"};
  for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++) {
    char text[64], line[320];
    snprintf(text, sizeof text, "verbose,%s=1", unknown[i]);
    snprintf(line, sizeof line, "PANAMEM_OPTIONS: unknown option '%s'; allowed: %s", unknown[i], keys);
    refuse(text, line);
  }
}

static void lengths_end_where_they_are_said_to(void **state) {
  (void)state;
  static char text[3000];
  static const size_t most = PANAMEM_OPTION_PATH_BYTES - 1;
  memset(text, 0, sizeof text);
  strcpy(text, "classpath=");
  memset(text + 10, 'p', most);
  accept(text);
  assert_int_equal(strlen(panamem_options.class_path), most);
  text[10 + most] = 'p';
  assert_false(panamem_options_parse(text, error, sizeof error));
  memset(text, 'q', sizeof text - 1);
  refuse(text, "PANAMEM_OPTIONS: option 'qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq…' is too long; at most 1055 bytes");
  char tiny[8];
  assert_false(panamem_options_parse("x", tiny, sizeof tiny));
  assert_string_equal(tiny, "PANAMEM");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_was_wrong_is_shown_in_one_line),
      cmocka_unit_test(nothing_means_the_defaults),
      cmocka_unit_test(all_options_together),
      cmocka_unit_test(bytes_end_at_64_bits),
      cmocka_unit_test(milliseconds_fit_nanoseconds),
      cmocka_unit_test(each_option_says_what_it_allows),
      cmocka_unit_test(stacks_have_a_depth_and_perhaps_a_rate),
      cmocka_unit_test(guard_has_a_rate_an_edge_and_a_quarantine),
      cmocka_unit_test(hardened_zeroes_on_request),
      cmocka_unit_test(reports_are_text_or_json),
      cmocka_unit_test(a_plan_of_failures_is_read),
      cmocka_unit_test(an_unknown_option_names_all),
      cmocka_unit_test(lengths_end_where_they_are_said_to),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
