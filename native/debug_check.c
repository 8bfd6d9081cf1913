/* SPDX-License-Identifier: Apache-2.0
 *
 * The history says what the block was; the padding, which the program may have written over, only what became of it.
 * CPython's order: the id, the bytes in front, the size, the bytes behind.
 */
#include "debug_check.h"

#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "../include/panamem/pymem.h"
#include "debug_gil.h"
#include "debug_layout.h"
#include "debug_report.h"
#include "fatal.h"
#include "mapping.h"
#include "misuse.h"
#include "options.h"
#include "python_frames.h"
#include "sites.h"

#define WORD PANAMEM_DEBUG_WORD_BYTES
#define LEAD PANAMEM_DEBUG_LEAD_BYTES
#define FUNCTION_BYTES 32

char panamem_debug_api_id(int domain) {
  return "rmo"[domain];
}

static struct panamem_misuse misuse_of(enum panamem_misuse_kind kind, const struct panamem_debug_call *call,
                                       const void *address, const struct panamem_history *history) {
  return (struct panamem_misuse){.kind = kind,
                                 .operation = call->operation,
                                 .domain = call->domain,
                                 .address = address,
                                 .caller = call->caller,
                                 .history = *history};
}

/* CPython's functions for blocks are those of the raw domain: the others call them. */
static const char *function_of(const struct panamem_debug_call *call) {
  return strcmp(call->operation, "Free") == 0 ? "_PyMem_DebugRawFree" : "_PyMem_DebugRawRealloc";
}

/* ---- The end --------------------------------------------------------------------------------------------------------- */

/* Where CPython has no words, or dies before it says them. */
_Noreturn static void end_by_our_words(const struct panamem_debug_call *call, const struct panamem_misuse *misuse) {
  panamem_misuse_report(misuse);
  panamem_fatal(function_of(call), panamem_misuse_name(misuse->kind));
}

/* What CPython's dump reads: the padding in front, and by the size therein what is behind. */
static bool dump_is_readable(const uint8_t *block) {
  if (!panamem_is_readable(block - LEAD, LEAD)) {
    return false;
  }
  uint64_t bytes = panamem_debug_bytes(block);
  uint64_t shown = bytes < WORD ? bytes : WORD;
  return bytes <= INTPTR_MAX && panamem_is_readable(block, shown + 1) &&
         panamem_is_readable((const uint8_t *)((uintptr_t)block + bytes - shown), shown + WORD);
}

/* The report and CPython's dump; its fatal error comes next. */
static void report_and_dump(const struct panamem_debug_call *call, const struct panamem_misuse *misuse) {
  if (!dump_is_readable(misuse->address)) {
    end_by_our_words(call, misuse);
  }
  panamem_misuse_report(misuse);
  panamem_debug_report(misuse->address);
}

/* ---- Blocks ---------------------------------------------------------------------------------------------------------- */

/* What is wrong with a block whose padding is not as it was made; by_padding is the answer for a block that is known. */
static struct panamem_misuse broken(const struct panamem_debug_call *call, const uint8_t *block,
                                    const struct panamem_history *history, enum panamem_misuse_kind by_padding) {
  if (history->state != PANAMEM_BLOCK_UNKNOWN) {
    return misuse_of(by_padding, call, block, history);
  }
  struct panamem_history around;
  bool is_inside = panamem_history_around(block, &around);
  return misuse_of(is_inside ? PANAMEM_INTERIOR_POINTER : PANAMEM_FOREIGN_POINTER, call, block,
                   is_inside ? &around : history);
}

static bool all_forbidden(const uint8_t *from, const uint8_t *to) {
  while (from < to && *from == PANAMEM_DEBUG_FORBIDDEN) {
    from++;
  }
  return from == to;
}

static void check_id(const struct panamem_debug_call *call, const uint8_t *block, const struct panamem_history *history) {
  char id = (char)*(block - WORD);
  char own = panamem_debug_api_id(call->domain);
  if (id == own) {
    return;
  }
  bool of_another = history->state != PANAMEM_BLOCK_UNKNOWN && history->domain != call->domain;
  struct panamem_misuse misuse =
      broken(call, block, history, of_another ? PANAMEM_WRONG_DOMAIN : PANAMEM_UNDERFLOW);
  report_and_dump(call, &misuse);
  panamem_fatal_bad_id(function_of(call), id, own);
}

static void check_lead(const struct panamem_debug_call *call, const uint8_t *block,
                       const struct panamem_history *history) {
  if (!all_forbidden(block - WORD + 1, block)) {
    struct panamem_misuse misuse = broken(call, block, history, PANAMEM_UNDERFLOW);
    report_and_dump(call, &misuse);
    panamem_fatal(function_of(call), "bad leading pad byte");
  }
}

static void check_tail(const struct panamem_debug_call *call, const uint8_t *block,
                       const struct panamem_history *history) {
  uint64_t bytes = panamem_debug_bytes(block);
  bool is_known = history->state != PANAMEM_BLOCK_UNKNOWN;
  bool is_other_size = is_known && bytes != history->bytes;
  const uint8_t *tail = (const uint8_t *)((uintptr_t)block + bytes);
  if (!is_other_size && (is_known || panamem_is_readable(tail, WORD)) && all_forbidden(tail, tail + WORD)) {
    return;
  }
  struct panamem_misuse misuse = broken(call, block, history, is_other_size ? PANAMEM_WRONG_SIZE : PANAMEM_OVERFLOW);
  misuse.said_bytes = bytes;
  report_and_dump(call, &misuse);
  panamem_fatal(function_of(call), "bad trailing pad byte");
}

#define PATIENCE 1000

/* Another thread may have ended the block this moment, and be about to write down where. */
static void read_ended(const uint8_t *block, struct panamem_history *history) {
  panamem_history_of(block, history);
  for (int i = 0; i < PATIENCE && history->freed_at == PANAMEM_SITE_UNKNOWN && panamem_options.stack_depth > 0; i++) {
    sched_yield();
    panamem_history_of(block, history);
  }
}

void panamem_debug_admit(const struct panamem_debug_call *call, uint8_t *block, struct panamem_history *history) {
  bool is_free = strcmp(call->operation, "Free") == 0;
  panamem_history_of(block, history);
  enum panamem_block_state before = panamem_history_end(block, is_free ? PANAMEM_BLOCK_FREED : PANAMEM_BLOCK_MOVED,
                                                        panamem_site_here(call->caller));
  if (before == PANAMEM_BLOCK_FREED || before == PANAMEM_BLOCK_MOVED) {
    read_ended(block, history);
    struct panamem_misuse misuse =
        misuse_of(is_free ? PANAMEM_DOUBLE_FREE : PANAMEM_REALLOC_OF_FREED, call, block, history);
    end_by_our_words(call, &misuse);
  }
  if (before == PANAMEM_BLOCK_UNKNOWN && !panamem_is_readable(block - LEAD, LEAD)) {
    struct panamem_misuse misuse = broken(call, block, history, PANAMEM_FOREIGN_POINTER);
    end_by_our_words(call, &misuse);
  }
  if (call->domain != PYMEM_DOMAIN_RAW && panamem_python_is_finalized()) {
    struct panamem_misuse misuse = misuse_of(PANAMEM_AFTER_FINALIZE, call, block, history);
    end_by_our_words(call, &misuse);
  }
  check_id(call, block, history);
  check_lead(call, block, history);
  check_tail(call, block, history);
}

/* ---- The GIL --------------------------------------------------------------------------------------------------------- */

void panamem_debug_require_gil(const struct panamem_debug_call *call, const void *address) {
  if (panamem_debug_gil_held()) {
    return;
  }
  struct panamem_history history;
  panamem_history_of(address, &history);
  struct panamem_misuse misuse = misuse_of(
      panamem_python_is_finalized() ? PANAMEM_AFTER_FINALIZE : PANAMEM_WITHOUT_GIL, call, address, &history);
  panamem_misuse_report(&misuse);
  char function[FUNCTION_BYTES];
  snprintf(function, sizeof function, "_PyMem_Debug%s", call->operation);
  panamem_debug_gil_refuse(function);
}
