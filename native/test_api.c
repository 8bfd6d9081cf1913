/* SPDX-License-Identifier: Apache-2.0
 *
 * The functions of testing.h: each checks what it was given, says what is wrong with it in one line, and leaves the work to
 * leak.h and fail.h.
 */
#include <stdio.h>
#include <string.h>

#include "../include/panamem/testing.h"
#include "debug.h"
#include "fail.h"
#include "leak.h"
#include "options.h"
#include "site_out.h"
#include "test_error.h"

/* ---- Leaks -------------------------------------------------------------------------------------------------------- */

int panamem_leak_begin(void) {
  if (!panamem_debug_exists()) {
    return panamem_test_refuse(PANAMEM_TEST_NEEDS_HOOKS);
  }
  if (panamem_leak_rounds() > 0) {
    return panamem_test_refuse("panamem_leak_begin: a leak test is open already; panamem_leak_end ends it");
  }
  panamem_leak_start();
  return 0;
}

int panamem_leak_round(void) {
  if (panamem_leak_rounds() == 0) {
    return panamem_test_refuse("panamem_leak_round: no leak test is open; panamem_leak_begin opens one");
  }
  if (panamem_leak_rounds() == PANAMEM_LEAK_ROUNDS_MOST) {
    return panamem_test_refuse("panamem_leak_round: this test has had all the rounds that one may have, 64");
  }
  panamem_leak_next();
  return 0;
}

int64_t panamem_leak_end(char *report, size_t report_bytes) {
  if (panamem_leak_rounds() == 0) {
    return panamem_test_refuse("panamem_leak_end: no leak test is open; panamem_leak_begin opens one");
  }
  struct panamem_out out = {.used = 0, .room = report, .room_bytes = report_bytes};
  panamem_out_flush(&out);
  int64_t leaked = panamem_leak_finish(&out);
  return leaked >= 0 ? leaked : panamem_test_refuse("panamem_leak_end: the OS refuses memory for the list of blocks");
}

/* ---- Refused requests ------------------------------------------------------------------------------------------------- */

int panamem_fail(const char *text) {
  char error[160];
  struct panamem_fail_plan plan;
  if (!panamem_debug_exists()) {
    return panamem_test_refuse(PANAMEM_TEST_NEEDS_HOOKS);
  }
  if (!panamem_fail_plan_parse(text == NULL ? "" : text, &plan, error, sizeof error)) {
    return panamem_test_refuse(error);
  }
  panamem_fail_begin(&plan, false);
  return 0;
}

int panamem_fail_nomemory(int64_t start, int64_t stop) {
  if (!panamem_debug_exists()) {
    return panamem_test_refuse(PANAMEM_TEST_NEEDS_HOOKS);
  }
  struct panamem_fail_plan plan = {.first = start < 0 ? 1 : (uint64_t)start + 1,
                                   .last = stop <= 0 ? UINT64_MAX : (uint64_t)stop,
                                   .counts_rows = true};
  panamem_fail_begin(&plan, false);
  return 0;
}

int panamem_fail_note(const char *text) {
  char error[160];
  struct panamem_fail_filter filter;
  if (!panamem_debug_exists()) {
    return panamem_test_refuse(PANAMEM_TEST_NEEDS_HOOKS);
  }
  if (!panamem_fail_filter_parse(text, &filter, error, sizeof error)) {
    return panamem_test_refuse(error);
  }
  if (!panamem_fail_begin_note(&filter, false)) {
    return panamem_test_refuse("panamem_fail_note: the OS refuses memory for the list of requests");
  }
  return 0;
}

int panamem_fail_request(int64_t number, struct panamem_request *request, char *site, size_t site_bytes) {
  struct panamem_fail_noted noted;
  if (number < 1 || !panamem_fail_noted((uint64_t)number, &noted)) {
    return panamem_test_refuse("panamem_fail_request: no such request was noted; they are counted from 1");
  }
  *request = (struct panamem_request){.key = panamem_site_key(noted.site, PANAMEM_UNWIND_MOST),
                                           .bytes = noted.bytes,
                                           .domain = noted.domain};
  panamem_fail_plan_by_site((uint64_t)number, request->plan, sizeof request->plan);
  if (site != NULL) {
    struct panamem_out out = {.used = 0, .room = site, .room_bytes = site_bytes};
    if (panamem_options.format == PANAMEM_FORMAT_JSON) {
      panamem_site_json_kept(&out, "refused", noted.site);
    } else {
      panamem_site_print_kept(&out, "refused", noted.site);
    }
    panamem_out_flush(&out);
  }
  return 0;
}

const char *panamem_fail_asked_for(void) {
  const struct panamem_fail_plan *plan = &panamem_options.fail;
  return plan->first > 0 && plan->waits_for_test ? plan->text : NULL;
}
