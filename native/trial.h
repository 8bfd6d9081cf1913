/* SPDX-License-Identifier: Apache-2.0
 *
 * One plan, tried on a call in a process of its own: what came of it?
 */
#ifndef PANAMEM_NATIVE_TRIAL_H
#define PANAMEM_NATIVE_TRIAL_H

#include <stdint.h>

#include "../include/panamem/testing.h"
#include "fail.h"

enum panamem_verdict {
  PANAMEM_CLEAN,     /* a right result, or a failure that was reported */
  PANAMEM_UNREACHED, /* the request was not made this time */
  PANAMEM_CRASH,
  PANAMEM_HANG,
  PANAMEM_LEAK,
  PANAMEM_WRONG_RESULT,
};

#define PANAMEM_VERDICTS 6

#define PANAMEM_TRIAL_SAID_BYTES 4096

struct panamem_trial {
  enum panamem_verdict verdict;
  struct panamem_fail_refusal refused; /* in the last of its calls */
  char how[96];                        /* a few words, e.g. "it ends by SIGSEGV" */
  char said[PANAMEM_TRIAL_SAID_BYTES]; /* on stdout and stderr, its beginning */
};

/* Runs it in a child process. requests: how many the call needs when none is refused. */
void panamem_trial_run(const struct panamem_fail_test *each, const struct panamem_fail_plan *plan, uint64_t requests,
                       struct panamem_trial *trial);

/* Runs it in this process, with nothing that bounds it. */
void panamem_trial_run_here(const struct panamem_fail_test *each, const struct panamem_fail_plan *plan,
                            struct panamem_trial *trial);

#endif
