/* SPDX-License-Identifier: Apache-2.0
 *
 * First the call as it is, then a trial for each of its requests; each site that comes to a bad verdict is told once.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../include/panamem/testing.h"
#include "debug.h"
#include "domain_words.h"
#include "fail.h"
#include "line_out.h"
#include "numbers.h"
#include "options.h"
#include "site_out.h"
#include "test_error.h"
#include "trial.h"

#define VERSION 1 /* of the JSON form */
#define WARM_UPS 2
#define FINDINGS_MOST 1024u

static const char *const verdicts[PANAMEM_VERDICTS] = {"clean", "unreached", "crash", "hang", "leak", "wrong result"};
struct tally {
  uint64_t requests;
  uint64_t of[PANAMEM_VERDICTS];
  uint64_t told[FINDINGS_MOST]; /* sites and verdicts */
  uint32_t told_count;
};

/* ---- A line that refuses just this one ------------------------------------------------------------------------------- */

/* By its site where that comes to the same, because other requests may come and go. */
static void find_plan(const struct panamem_fail_test *each, uint64_t number, uint64_t requests, enum panamem_verdict verdict,
                      char *text) {
  struct panamem_trial again;
  struct panamem_fail_plan plan;
  char error[128];
  panamem_fail_plan_by_site(number, text, PANAMEM_FAIL_PLAN_BYTES);
  if (panamem_fail_plan_parse(text, &plan, error, sizeof error)) {
    panamem_trial_run(each, &plan, requests, &again);
    if (again.verdict == verdict) {
      return;
    }
  }
  panamem_fail_plan_by_number(number, text, PANAMEM_FAIL_PLAN_BYTES);
}

static void write_again(char *text, size_t text_bytes, const char *plan) {
  const char *name = getenv("PANAMEM_MALLOC");
  bool is_set = name != NULL && name[0] != '\0';
  snprintf(text, text_bytes, "%s%.128s%sPANAMEM_OPTIONS=fail=%s:test", is_set ? "PANAMEM_MALLOC=" : "", is_set ? name : "",
           is_set ? " " : "", plan);
}

/* ---- A finding, for people and as JSON --------------------------------------------------------------------------------- */

struct finding {
  uint64_t number;
  struct panamem_fail_noted request;
  const struct panamem_trial *trial;
  char again[PANAMEM_FAIL_PLAN_BYTES + 400];
};

/* Each line behind a bar, so that it is not taken for ours. */
static void print_said(struct panamem_out *out, const char *said) {
  while (*said != '\0') {
    size_t length = strcspn(said, "\n");
    if (length == 0) {
      said++;
      continue;
    }
    char line[256];
    snprintf(line, sizeof line, "%.*s", (int)length, said);
    panamem_out_text(out, "    | ");
    panamem_out_text(out, line);
    panamem_out_text(out, "\n");
    said += length + (said[length] == '\n');
  }
}

static void print_finding(struct panamem_out *out, const struct finding *finding) {
  panamem_out_text(out, "panamem: ");
  panamem_out_text(out, verdicts[finding->trial->verdict]);
  panamem_out_text(out, ": request ");
  panamem_out_number(out, finding->number);
  panamem_out_text(out, " of the call is refused, and ");
  panamem_out_text(out, finding->trial->how);
  panamem_out_text(out, "\n  the request: ");
  panamem_out_number(out, finding->request.bytes);
  panamem_out_text(out, finding->request.bytes == 1 ? " byte, domain " : " bytes, domain ");
  panamem_out_text(out, panamem_domain_names[finding->request.domain]);
  panamem_out_text(out, "\n");
  panamem_site_print_kept(out, "refused", finding->request.site);
  if (finding->trial->said[0] != '\0') {
    panamem_out_text(out, "  it says:\n");
    print_said(out, finding->trial->said);
  }
  panamem_out_text(out, "  again: ");
  panamem_out_text(out, finding->again);
  panamem_out_text(out, "\n\n");
}

static void put_finding(struct panamem_out *out, const struct finding *finding) {
  panamem_out_text(out, "{");
  panamem_out_number_member(out, "panamem_fail", VERSION);
  panamem_out_text_member(out, "verdict", verdicts[finding->trial->verdict]);
  panamem_out_text_member(out, "how", finding->trial->how);
  panamem_out_number_member(out, "request", finding->number);
  panamem_out_number_member(out, "bytes", finding->request.bytes);
  panamem_out_text_member(out, "domain", panamem_domain_names[finding->request.domain]);
  panamem_site_json_kept(out, "refused", finding->request.site);
  panamem_out_text(out, ",");
  panamem_out_text_member(out, "said", finding->trial->said);
  panamem_out_key(out, "again");
  panamem_out_json(out, finding->again);
  panamem_out_text(out, "}\n");
}

static void tell(struct panamem_out *out, const struct finding *finding) {
  if (panamem_options.format == PANAMEM_FORMAT_JSON) {
    put_finding(out, finding);
  } else {
    print_finding(out, finding);
  }
}

/* ---- The sum of all ------------------------------------------------------------------------------------------------------ */

static void print_sum(struct panamem_out *out, const struct tally *tally) {
  panamem_out_text(out, "panamem: fail: each of ");
  panamem_out_number(out, tally->requests);
  panamem_out_text(out, " requests was refused once:");
  for (int verdict = 0; verdict < PANAMEM_VERDICTS; verdict++) {
    if (tally->of[verdict] > 0) {
      panamem_out_text(out, " ");
      panamem_out_number(out, tally->of[verdict]);
      panamem_out_text(out, " ");
      panamem_out_text(out, verdicts[verdict]);
      panamem_out_text(out, ",");
    }
  }
  panamem_out_text(out, " at ");
  panamem_out_number(out, tally->told_count);
  panamem_out_text(out, tally->told_count == 1 ? " site\n" : " sites\n");
}

static void put_sum(struct panamem_out *out, const struct tally *tally) {
  panamem_out_text(out, "{");
  panamem_out_number_member(out, "panamem_fail_sum", VERSION);
  panamem_out_number_member(out, "requests", tally->requests);
  for (int verdict = 0; verdict < PANAMEM_VERDICTS; verdict++) {
    panamem_out_number_member(out, verdicts[verdict], tally->of[verdict]);
  }
  panamem_out_key(out, "sites");
  panamem_out_number(out, tally->told_count);
  panamem_out_text(out, "}\n");
}

/* ---- Each request -------------------------------------------------------------------------------------------------------- */

static bool is_told(const struct tally *tally, uint64_t key) {
  for (uint32_t i = 0; i < tally->told_count; i++) {
    if (tally->told[i] == key) {
      return true;
    }
  }
  return tally->told_count == FINDINGS_MOST;
}

/* Requests may have come and gone since they were noted, for instance because a leak has used up a free list: then it is
 * another one that was refused, and that one is told. */
static void find_request(const struct panamem_trial *trial, struct finding *finding) {
  bool is_another = trial->refused.caller != 0 && !panamem_fail_noted_is(finding->number, &trial->refused);
  uint64_t like = is_another ? panamem_fail_noted_like(&trial->refused) : 0;
  if (like != 0) {
    finding->number = like;
    panamem_fail_noted(like, &finding->request);
  }
}

static void try_request(const struct panamem_fail_test *each, uint64_t number, struct tally *tally, struct panamem_out *out) {
  char text[PANAMEM_FAIL_PLAN_BYTES], error[128];
  struct panamem_fail_plan plan;
  struct panamem_trial trial;
  struct finding finding = {.number = number, .trial = &trial};
  panamem_fail_plan_by_number(number, text, sizeof text);
  if (!panamem_fail_noted(number, &finding.request) || !panamem_fail_plan_parse(text, &plan, error, sizeof error)) {
    return;
  }
  panamem_trial_run(each, &plan, tally->requests, &trial);
  tally->of[trial.verdict]++;
  find_request(&trial, &finding);
  uint64_t key = panamem_mix(panamem_site_key(finding.request.site, PANAMEM_UNWIND_MOST), trial.verdict);
  if (trial.verdict <= PANAMEM_UNREACHED || is_told(tally, key)) {
    return;
  }
  tally->told[tally->told_count++] = key;
  find_plan(each, finding.number, tally->requests, trial.verdict, text);
  write_again(finding.again, sizeof finding.again, text);
  tell(out, &finding);
}

/* What the call needs when it is left alone; -1 when it does not work then. */
static int64_t count_requests(const struct panamem_fail_test *each, const struct panamem_fail_filter *filter) {
  for (int i = 0; i < WARM_UPS; i++) {
    if (each->call(each->argument) != PANAMEM_RIGHT) {
      return panamem_test_refuse("panamem_fail_each: the call does not answer PANAMEM_RIGHT when no request is refused");
    }
  }
  if (!panamem_fail_begin_note(filter, each->rests != 0)) {
    return panamem_test_refuse("panamem_fail_each: the OS refuses memory for the list of requests");
  }
  each->call(each->argument);
  return panamem_fail_stop();
}

/* PANAMEM_OPTIONS=fail=PLAN:test */
static int64_t try_plan_asked_for(const struct panamem_fail_test *each) {
  struct panamem_trial trial;
  panamem_trial_run_here(each, &panamem_options.fail, &trial);
  if (trial.verdict != PANAMEM_CLEAN) {
    fprintf(stderr, "panamem: %s: %s\n", verdicts[trial.verdict], trial.how);
  }
  return trial.verdict != PANAMEM_CLEAN;
}

int64_t panamem_fail_each(const struct panamem_fail_test *wish, char *report, size_t report_bytes) {
  static struct tally tally;
  char error[160];
  struct panamem_fail_filter filter;
  struct panamem_fail_test each = {0};
  if (wish == NULL || wish->struct_bytes < sizeof(uint64_t) + sizeof(void *) || wish->call == NULL) {
    return panamem_test_refuse("panamem_fail_each: struct_bytes and call must be set");
  }
  memcpy(&each, wish, wish->struct_bytes < sizeof each ? wish->struct_bytes : sizeof each);
  if (!panamem_debug_exists()) {
    return panamem_test_refuse(PANAMEM_TEST_NEEDS_HOOKS);
  }
  if (!panamem_fail_filter_parse(each.filter, &filter, error, sizeof error)) {
    return panamem_test_refuse(error);
  }
  if (panamem_options.fail.waits_for_test) {
    return try_plan_asked_for(&each);
  }
  struct panamem_out out = {.used = 0, .room = report, .room_bytes = report_bytes};
  int64_t requests = count_requests(&each, &filter);
  if (requests < 0) {
    return -1;
  }
  tally = (struct tally){.requests = (uint64_t)requests};
  for (uint64_t number = 1; number <= tally.requests; number++) {
    try_request(&each, number, &tally, &out);
  }
  if (tally.told_count > 0) {
    (panamem_options.format == PANAMEM_FORMAT_JSON ? put_sum : print_sum)(&out, &tally);
  }
  panamem_out_flush(&out);
  return tally.told_count;
}
