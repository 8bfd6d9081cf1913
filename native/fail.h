/* SPDX-License-Identifier: Apache-2.0
 *
 * The request that is refused: debug hooks ask here before they serve one. The functions of include/panamem/testing.h
 * check their arguments and come here.
 */
#ifndef PANAMEM_NATIVE_FAIL_H
#define PANAMEM_NATIVE_FAIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../include/panamem/testing.h"
#include "fail_plan.h"

/* Is a plan in force, or are requests noted? Hooks ask panamem_fail_refuses only then. */
extern bool panamem_fail_watches;

/* Counts the request, and answers whether it is to be refused. caller: what the program's call returns to. by_row: it is not the
 * program that asks, but the row of a domain, to serve a request that has been counted. Asks no domain for memory. */
bool panamem_fail_refuses(int domain, uint64_t bytes, uintptr_t caller, bool by_row);

/* The plan of the options is in force from now on, once, unless it waits for a test; called whenever hooks are made. */
void panamem_fail_prepare(void);

/* Counts begin anew. A rests that is true waits for panamem_fail_rest(0). */
void panamem_fail_begin(const struct panamem_fail_plan *plan, bool rests);

/* Notes requests from now on; false when the OS refuses the memory for it. */
bool panamem_fail_begin_note(const struct panamem_fail_filter *filter, bool rests);

/* The request that was refused first under the plan; caller 0: none was. Kept where a parent process can read it too. */
struct panamem_fail_refusal {
  uintptr_t caller;
  uint64_t bytes;
  int domain;
};

void panamem_fail_keep_refusal(struct panamem_fail_refusal *where);

/* The first of the noted requests that was made there, by its size where one was; 0 when none was. */
uint64_t panamem_fail_noted_like(const struct panamem_fail_refusal *refusal);

/* Was the number-th request made there? */
bool panamem_fail_noted_is(uint64_t number, const struct panamem_fail_refusal *refusal);

/* What was noted last of one request. The key of a request is that of its site. */
struct panamem_fail_noted {
  uint32_t site;
  int domain;
  uint64_t bytes;
};

bool panamem_fail_noted(uint64_t number, struct panamem_fail_noted *noted);

/* Plans that refuse the request and no other of those noted, without ":test": by its number among them, and by its number at its
 * site, or of its size there. */
void panamem_fail_plan_by_number(uint64_t number, char *plan, size_t plan_bytes);
void panamem_fail_plan_by_site(uint64_t number, char *plan, size_t plan_bytes);

#endif
