/* SPDX-License-Identifier: Apache-2.0
 *
 * Each option is one row: its key, what its value may be, and where it goes.
 */
#include "options.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shown.h"

#define OPTION_BYTES (PANAMEM_OPTION_PATH_BYTES + 32)

#define DEFAULTS \
  {.dirty_cap_bytes = 64ull << 20, .dirty_follows_use = true, .decay_millis = 1000, .magazine_bytes = 4ull << 20, \
   .boot = PANAMEM_BOOT_LAZY, .boot_after_bytes = 16ull << 20, \
   .stack_depth = PANAMEM_STACK_DEPTH, .guard_rate = 1, .guard_quarantine_bytes = 256ull << 20, \
   .guard_quarantine_blocks = 16384}

struct panamem_options panamem_options = DEFAULTS;

/* strtoull would also take blanks and signs: " -1" is a huge number to it. */
static bool begins_with_digit(const char *value) {
  return value[0] >= '0' && value[0] <= '9';
}

/* A decimal number with an optional suffix k, m, g or t (powers of 1024). */
static bool parse_bytes(const char *value, void *field) {
  char *end;
  errno = 0;
  unsigned long long number = strtoull(value, &end, 10);
  if (!begins_with_digit(value) || errno != 0) {
    return false;
  }
  static const char suffixes[] = "kmgt";
  const char *suffix = *end == '\0' ? NULL : strchr(suffixes, *end | 0x20);
  uint32_t shift = suffix == NULL ? 0 : 10 * (uint32_t)(suffix - suffixes + 1);
  if ((*end != '\0' && (suffix == NULL || end[1] != '\0')) || number > UINT64_MAX >> shift) {
    return false;
  }
  *(uint64_t *)field = number << shift;
  return true;
}

static bool parse_dirty(const char *value, void *field) {
  panamem_options.dirty_follows_use = false;
  return parse_bytes(value, field);
}

static bool parse_millis(const char *value, void *field) {
  char *end;
  errno = 0;
  unsigned long long number = strtoull(value, &end, 10);
  if (!begins_with_digit(value) || *end != '\0' || errno != 0 || number > UINT64_MAX / 1000000) {
    return false;
  }
  *(uint64_t *)field = number;
  return true;
}

static bool parse_path(const char *value, void *field) {
  size_t length = strlen(value);
  if (length == 0 || length >= PANAMEM_OPTION_PATH_BYTES) {
    return false;
  }
  memcpy(field, value, length + 1);
  return true;
}

/* One of three names; -1 for any other. */
static int parse_name(const char *value, const char *const names[3]) {
  for (int i = 0; i < 3; i++) {
    if (strcmp(value, names[i]) == 0) {
      return i;
    }
  }
  return -1;
}

static bool parse_boot(const char *value, void *field) {
  static const char *const names[] = {"async", "sync", "lazy"}; /* in the order of enum panamem_boot */
  int boot = parse_name(value, names);
  *(enum panamem_boot *)field = (enum panamem_boot)boot;
  return boot >= 0;
}

static bool parse_report(const char *value, void *field) {
  (void)field;
  if (strcmp(value, "exit") != 0 && strncmp(value, "exit:", 5) != 0) {
    return false;
  }
  panamem_options.report_at_exit = true;
  return value[4] == '\0' || parse_path(value + 5, panamem_options.report_file);
}

static bool parse_core(const char *value, void *field) {
  static const char *const names[] = {"auto", "jvm", "native"}; /* in the order of enum panamem_core_wish */
  int core = parse_name(value, names);
  *(enum panamem_core_wish *)field = (enum panamem_core_wish)core;
  return core >= 0;
}

static bool parse_mode(const char *value, void *field) {
  bool symbols = strcmp(value, "symbols") == 0;
  *(enum panamem_mode *)field = symbols ? PANAMEM_MODE_SYMBOLS : PANAMEM_MODE_TABLE;
  return symbols || strcmp(value, "table") == 0;
}

/* DEPTH or DEPTH:RATE */
static bool parse_depth_and_rate(const char *value, uint32_t *depth, uint32_t *rate) {
  char *end;
  unsigned long frames = strtoul(value, &end, 10);
  unsigned long every = 1;
  bool has_rate = *end == ':' && begins_with_digit(end + 1);
  if (has_rate) {
    every = strtoul(end + 1, &end, 10);
  }
  if (!begins_with_digit(value) || *end != '\0' || frames > PANAMEM_STACK_DEPTH_MOST || every > UINT32_MAX ||
      every == 0) {
    return false;
  }
  *depth = (uint32_t)frames;
  *rate = (uint32_t)every;
  return true;
}

static bool parse_stacks(const char *value, void *field) {
  (void)field;
  return parse_depth_and_rate(value, &panamem_options.stack_depth, &panamem_options.stack_rate);
}

static bool parse_trace(const char *value, void *field) {
  (void)field;
  return parse_depth_and_rate(value[0] == '\0' ? "1" : value, &panamem_options.trace_depth, &panamem_options.trace_rate);
}

static bool parse_hardened(const char *value, void *field) {
  bool zero = strcmp(value, "zero") == 0;
  *(bool *)field = zero;
  return zero || strcmp(value, "marks") == 0;
}

/* A number from 1 on that ends its text. */
static bool parse_count(const char *value, uint64_t most, uint64_t *count) {
  char *end;
  errno = 0;
  *count = strtoull(value, &end, 10);
  return begins_with_digit(value) && *end == '\0' && errno == 0 && *count > 0 && *count <= most;
}

bool panamem_parse_guard_rate(const char *value, uint32_t *rate) {
  uint64_t count;
  bool parsed = parse_count(value, UINT32_MAX, &count);
  *rate = (uint32_t)count;
  return parsed;
}

static bool parse_guard_rate(const char *value, void *field) {
  return panamem_parse_guard_rate(value, field);
}

static bool parse_edge(const char *value, void *field) {
  bool left = strcmp(value, "left") == 0;
  *(enum panamem_edge *)field = left ? PANAMEM_EDGE_LEFT : PANAMEM_EDGE_RIGHT;
  return left || strcmp(value, "right") == 0;
}

/* BYTES or BYTES:BLOCKS */
static bool parse_quarantine(const char *value, void *field) {
  (void)field;
  char bytes[32];
  size_t length = strcspn(value, ":");
  if (length >= sizeof bytes) {
    return false;
  }
  memcpy(bytes, value, length);
  bytes[length] = '\0';
  bool has_blocks = value[length] == ':';
  return parse_bytes(bytes, &panamem_options.guard_quarantine_bytes) &&
         (!has_blocks || parse_count(value + length + 1, UINT64_MAX, &panamem_options.guard_quarantine_blocks));
}

static bool parse_format(const char *value, void *field) {
  bool json = strcmp(value, "json") == 0;
  *(enum panamem_format *)field = json ? PANAMEM_FORMAT_JSON : PANAMEM_FORMAT_TEXT;
  return json || strcmp(value, "text") == 0;
}

static bool parse_fail(const char *value, void *field) {
  char error[160];
  return panamem_fail_plan_parse(value, field, error, sizeof error);
}

static bool parse_flag(const char *value, void *field) {
  *(bool *)field = true;
  return value[0] == '\0';
}

static const struct option {
  const char *key;
  const char *allowed;
  bool (*parse)(const char *value, void *field);
  void *field;
} options[] = {
    {"limit", "bytes, e.g. 512m; 0 = none", parse_bytes, &panamem_options.limit_bytes},
    {"limit.raw", "bytes", parse_bytes, &panamem_options.domain_limit_bytes[0]},
    {"limit.mem", "bytes", parse_bytes, &panamem_options.domain_limit_bytes[1]},
    {"limit.obj", "bytes", parse_bytes, &panamem_options.domain_limit_bytes[2]},
    {"range", "bytes, e.g. 64g; 0 = by the machine", parse_bytes, &panamem_options.range_bytes},
    {"dirty", "bytes, e.g. 64m", parse_dirty, &panamem_options.dirty_cap_bytes},
    {"decay", "milliseconds", parse_millis, &panamem_options.decay_millis},
    {"magazine", "bytes per thread, e.g. 2m", parse_bytes, &panamem_options.magazine_bytes},
    {"report", "exit or exit:FILE (%p = process id)", parse_report, NULL},
    {"boot", "sync, async or lazy", parse_boot, &panamem_options.boot},
    {"boot.after", "bytes, e.g. 16m, for boot=lazy", parse_bytes, &panamem_options.boot_after_bytes},
    {"core", "auto, jvm or native", parse_core, &panamem_options.core},
    {"mode", "table or symbols", parse_mode, &panamem_options.mode},
    {"stacks", "DEPTH or DEPTH:RATE, e.g. 16:64; at most 64 frames, 0 = none", parse_stacks, NULL},
    {"trace", "no value, DEPTH or DEPTH:RATE, e.g. 1:100; at most 64 frames, 0 = none", parse_trace, NULL},
    {"trace.file", "a file (%p = process id)", parse_path, panamem_options.trace_file},
    {"guard.rate", "a number N: one of N blocks is guarded, e.g. 1000", parse_guard_rate, &panamem_options.guard_rate},
    {"guard.edge", "right or left", parse_edge, &panamem_options.guard_edge},
    {"guard.quarantine", "BYTES or BYTES:BLOCKS, e.g. 256m:16384; 0 = none", parse_quarantine, NULL},
    {"hardened", "marks or zero", parse_hardened, &panamem_options.hardened_zeroes},
    {"format", "text or json", parse_format, &panamem_options.format},
    {"fail", "N, N-M or N- from 1, then :raw, :mem or :obj, :size=BYTES, :site=NAME, :test", parse_fail, &panamem_options.fail},
    {"classpath", "a class path for java:<class>", parse_path, panamem_options.class_path},
    {"jvm", "JVM flags separated by blanks", parse_path, panamem_options.jvm_flags},
    {"verbose", "no value", parse_flag, &panamem_options.verbose},
};

#define OPTION_COUNT (sizeof options / sizeof options[0])

static const struct option *find(const char *key) {
  for (size_t i = 0; i < OPTION_COUNT; i++) {
    if (strcmp(options[i].key, key) == 0) {
      return &options[i];
    }
  }
  return NULL;
}

static void list_keys(char *text, size_t text_bytes) {
  size_t used = 0;
  for (size_t i = 0; i < OPTION_COUNT && used < text_bytes; i++) {
    used += (size_t)snprintf(text + used, text_bytes - used, i == 0 ? "%s" : ", %s", options[i].key);
  }
}

static bool parse_one(char *text, char *error, size_t error_bytes) {
  char *equals = strchr(text, '=');
  const char *value = equals == NULL ? "" : equals + 1;
  if (equals != NULL) {
    *equals = '\0';
  }
  const struct option *option = find(text);
  if (option == NULL) {
    char keys[320];
    list_keys(keys, sizeof keys);
    snprintf(error, error_bytes, "PANAMEM_OPTIONS: unknown option '%s'; allowed: %s", panamem_show(text).text, keys);
    return false;
  }
  if (!option->parse(value, option->field)) {
    snprintf(error, error_bytes, "PANAMEM_OPTIONS: bad value '%s' of '%s'; allowed: %s", panamem_show(value).text, text,
             option->allowed);
    return false;
  }
  return true;
}

bool panamem_options_parse(const char *text, char *error, size_t error_bytes) {
  panamem_options = (struct panamem_options)DEFAULTS;
  while (text != NULL && *text != '\0') {
    size_t length = strcspn(text, ",");
    char one[OPTION_BYTES];
    if (length >= sizeof one) {
      snprintf(error, error_bytes, "PANAMEM_OPTIONS: option '%.32s…' is too long; at most %d bytes",
               panamem_show(text).text, OPTION_BYTES - 1);
      return false;
    }
    memcpy(one, text, length);
    one[length] = '\0';
    if (length > 0 && !parse_one(one, error, error_bytes)) {
      return false;
    }
    text += length + (text[length] == ',');
  }
  return true;
}
