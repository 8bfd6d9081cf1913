/* SPDX-License-Identifier: Apache-2.0
 *
 * libFuzzer over what C parses: PANAMEM_OPTIONS, PANAMEM_MALLOC, and the plans of panamem_fail. The first byte says which.
 * What is accepted lies within its bounds and is accepted again with the same result; what is refused is refused in one line.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../choice.h"
#include "../../fail_plan.h"
#include "../../options.h"

#define TEXT_MOST_BYTES 4096

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);

#define EXPECT(condition) \
  do { \
    if (!(condition)) { \
      fprintf(stderr, "not so: %s\n", #condition); \
      abort(); \
    } \
  } while (0)

static void expect_line(const char *error, size_t error_bytes) {
  size_t length = strnlen(error, error_bytes);
  EXPECT(length > 0 && length < error_bytes);
  for (size_t i = 0; i < length; i++) {
    EXPECT((unsigned char)error[i] >= ' ');
  }
}

static bool is_text(const char *field, size_t bytes) {
  return strnlen(field, bytes) < bytes;
}

static void expect_bounds(const struct panamem_options *options) {
  EXPECT(options->boot <= PANAMEM_BOOT_LAZY && options->core <= PANAMEM_CORE_WISH_NATIVE);
  EXPECT(options->mode <= PANAMEM_MODE_SYMBOLS && options->format <= PANAMEM_FORMAT_JSON);
  EXPECT(options->stack_depth <= PANAMEM_STACK_DEPTH_MOST && options->trace_depth <= PANAMEM_STACK_DEPTH_MOST);
  EXPECT(options->guard_rate > 0 && options->guard_edge <= PANAMEM_EDGE_LEFT && options->guard_quarantine_blocks > 0);
  EXPECT(is_text(options->report_file, sizeof options->report_file) && is_text(options->trace_file, sizeof options->trace_file));
  EXPECT(is_text(options->class_path, sizeof options->class_path) && is_text(options->jvm_flags, sizeof options->jvm_flags));
  EXPECT(options->fail.first <= options->fail.last);
}

static void parse_options(const char *text) {
  char error[512] = "";
  if (!panamem_options_parse(text, error, sizeof error)) {
    expect_line(error, sizeof error);
    return;
  }
  static struct panamem_options first;
  first = panamem_options;
  expect_bounds(&first);
  EXPECT(panamem_options_parse(text, error, sizeof error) && memcmp(&first, &panamem_options, sizeof first) == 0);
}

static void parse_choice(const char *text) {
  char error[512] = "";
  struct panamem_choice choice;
  if (panamem_choose(text, &choice, error, sizeof error)) {
    EXPECT(is_text(choice.name, sizeof choice.name) && is_text(choice.user_class, sizeof choice.user_class));
    EXPECT(choice.off || choice.java || choice.rows[0].malloc != NULL);
  } else {
    expect_line(error, sizeof error);
  }
}

static void parse_plan(const char *text) {
  char error[512] = "";
  struct panamem_fail_plan plan;
  if (panamem_fail_plan_parse(text, &plan, error, sizeof error)) {
    EXPECT(plan.first > 0 && plan.first <= plan.last && is_text(plan.text, sizeof plan.text));
    EXPECT(is_text(plan.filter.site, sizeof plan.filter.site));
    EXPECT(!plan.filter.has_domain || (plan.filter.domain >= 0 && plan.filter.domain < (int)PANAMEM_DOMAINS));
  } else {
    expect_line(error, sizeof error);
  }
}

static void parse_filter(const char *text) {
  char error[512] = "";
  struct panamem_fail_filter filter;
  if (panamem_fail_filter_parse(text, &filter, error, sizeof error)) {
    EXPECT(is_text(filter.site, sizeof filter.site));
  } else {
    expect_line(error, sizeof error);
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count) {
  static void (*const parsers[])(const char *text) = {parse_options, parse_choice, parse_plan, parse_filter};
  if (count == 0 || count > TEXT_MOST_BYTES) {
    return 0;
  }
  char *text = strndup((const char *)bytes + 1, count - 1); /* of its own length, for ASan */
  EXPECT(text != NULL);
  parsers[bytes[0] % (sizeof parsers / sizeof parsers[0])](text);
  free(text);
  return 0;
}
