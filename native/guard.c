/* SPDX-License-Identifier: Apache-2.0
 *
 * A block's life: a run of pages from the heap, shut but for the middle → LIVE → FREED or MOVED, all of it shut, in
 * quarantine → GONE, open again and back to the heap. Only the step from LIVE is contended; it is one compare-and-set.
 */
#include "guard.h"

#include <sched.h>
#include <stdbool.h>
#include <string.h>

#include "guard_fault.h"
#include "guard_pages.h"
#include "guard_place.h"
#include "guard_runs.h"
#include "guard_table.h"
#include "heap.h"
#include "magazine.h"
#include "options.h"
#include "random.h"
#include "refusal.h"
#include "sites.h"
#include "start.h"

static uint64_t guarded_count, unguarded_count;

_Noreturn static void refuse(const struct panamem_row_call *call, enum panamem_misuse_kind kind, const void *address,
                             const struct panamem_guarded *guarded) {
  struct panamem_history history;
  panamem_guarded_history(guarded, &history);
  if (kind == PANAMEM_OVERFLOW || kind == PANAMEM_UNDERFLOW) { /* this free is the first */
    history.state = PANAMEM_BLOCK_LIVE;
    history.freed_at = PANAMEM_SITE_UNKNOWN;
  }
  panamem_refuse_misuse(call, kind, address, &history);
}

/* ---- Malloc -------------------------------------------------------------------------------------------------------------- */

/* One of guard_rate calls, at irregular distances: programs have rhythms. */
static bool is_sampled(void) {
  static __thread uint32_t left;
  static __thread uint32_t random;
  uint32_t rate = panamem_options.guard_rate;
  if (rate == 1) {
    return true;
  }
  if (left > 0) {
    left--;
    return false;
  }
  random = panamem_random_next(random == 0 ? (uint32_t)(uintptr_t)&left >> 4 : random);
  left = (uint32_t)((uint64_t)random * (2ull * rate - 1) >> 32);
  return true;
}

static bool is_ready(void) {
  static bool ready;
  if (__atomic_load_n(&ready, __ATOMIC_ACQUIRE)) {
    return true;
  }
  if (!panamem_prepare()) {
    return false;
  }
  panamem_guard_lock();
  bool made = panamem_guard_table_prepare();
  panamem_guard_unlock();
  __atomic_store_n(&ready, made, __ATOMIC_RELEASE);
  return made;
}

static struct panamem_guarded *begin(void *ctx, char *run, const struct panamem_guard_place *place, size_t bytes,
                                     uintptr_t caller) {
  static uint64_t last_serial;
  struct panamem_guarded *guarded =
      panamem_guarded_begin(panamem_page_of(run), (uint32_t)(panamem_guard_run_bytes_for(bytes) >> PANAMEM_PAGE_SHIFT));
  guarded->domain = panamem_guard_domain_of(ctx);
  guarded->block = (uint64_t)place->block;
  guarded->bytes = bytes;
  guarded->serial = __atomic_add_fetch(&last_serial, 1, __ATOMIC_RELAXED);
  guarded->allocated_at = panamem_site_here(caller);
  guarded->freed_at = PANAMEM_SITE_UNKNOWN;
  __atomic_store_n(&guarded->state, PANAMEM_GUARD_LIVE, __ATOMIC_RELEASE);
  return guarded;
}

/* A guarded block of zeros, or NULL when it is not this one's turn or there are no pages for it. */
static void *allocate(void *ctx, size_t bytes, uintptr_t caller) {
  struct panamem_guard_place place;
  if (bytes > panamem_heap.range_bytes && panamem_heap.range_bytes != 0) {
    return NULL;
  }
  if (!is_sampled() || !is_ready()) {
    return NULL;
  }
  panamem_guard_fault_stack();
  char *run = panamem_guard_run_take(ctx, bytes, &place);
  __atomic_add_fetch(run == NULL ? &unguarded_count : &guarded_count, 1, __ATOMIC_RELAXED);
  if (run == NULL) {
    return NULL;
  }
  panamem_guard_slack_fill(&place, bytes);
  panamem_guard_run_begin(begin(ctx, run, &place, bytes, caller));
  return place.block;
}

/* ---- Free ---------------------------------------------------------------------------------------------------------------- */

/* Returns only when the address may be one of the arena's blocks, or of the allocator before us. */
static void admit_unguarded(const struct panamem_row_call *call, const void *block, const struct panamem_guarded *guarded) {
  if (!panamem_is_ours(block)) {
    if (panamem_is_no_block(block)) {
      panamem_refuse_misuse(call, PANAMEM_FOREIGN_POINTER, block, NULL);
    }
    return;
  }
  if (panamem_page_map()[panamem_page_of(block)] != 0) {
    return;
  }
  if (guarded == NULL) {
    panamem_refuse_misuse(call, PANAMEM_FOREIGN_POINTER, block, NULL);
  }
  bool is_realloc = call->operation[0] == 'R';
  enum panamem_misuse_kind again = is_realloc ? PANAMEM_REALLOC_OF_FREED : PANAMEM_DOUBLE_FREE;
  refuse(call, guarded->block == (uint64_t)block ? again : PANAMEM_INTERIOR_POINTER, block, guarded);
}

#define PATIENCE 1000

/* Another thread may have ended the block this moment, and be about to write down where. */
_Noreturn static void refuse_ended(const struct panamem_row_call *call, const void *block, const struct panamem_guarded *guarded) {
  for (int i = 0; i < PATIENCE && __atomic_load_n(&guarded->freed_at, __ATOMIC_ACQUIRE) == PANAMEM_SITE_UNKNOWN &&
                  panamem_options.stack_depth > 0;
       i++) {
    sched_yield();
  }
  refuse(call, call->operation[0] == 'R' ? PANAMEM_REALLOC_OF_FREED : PANAMEM_DOUBLE_FREE, block, guarded);
}

/* Returns only when it is a live guarded block of the call's domain. */
static void admit(const struct panamem_row_call *call, const void *block, const struct panamem_guarded *guarded) {
  if (guarded->block != (uint64_t)block) {
    refuse(call, PANAMEM_INTERIOR_POINTER, block, guarded);
  }
  if (panamem_guarded_state(guarded) != PANAMEM_GUARD_LIVE) {
    refuse_ended(call, block, guarded);
  }
  if (guarded->domain != panamem_guard_domain_of(call->ctx)) {
    refuse(call, PANAMEM_WRONG_DOMAIN, block, guarded);
  }
}

static void check_slack(const struct panamem_row_call *call, const struct panamem_guarded *guarded) {
  struct panamem_guard_place place = panamem_guard_place_of(guarded);
  if (!panamem_guard_slack_holds_in_front(&place)) {
    refuse(call, PANAMEM_UNDERFLOW, place.block, guarded);
  }
  if (!panamem_guard_slack_holds_behind(&place, guarded->bytes)) {
    refuse(call, PANAMEM_OVERFLOW, place.block, guarded);
  }
}

static void end(const struct panamem_row_call *call, struct panamem_guarded *guarded, enum panamem_guard_state how) {
  uint32_t site = panamem_site_here(call->caller);
  if (!panamem_guarded_end(guarded, how)) {
    refuse_ended(call, (const void *)guarded->block, guarded); /* NOLINT: an address */
  }
  __atomic_store_n(&guarded->freed_at, site, __ATOMIC_RELEASE);
  check_slack(call, guarded);
  panamem_guard_run_end(guarded);
}

static bool is_guarded(const struct panamem_guarded *guarded) {
  enum panamem_guard_state state = panamem_guarded_state(guarded);
  return state != PANAMEM_GUARD_NONE && state != PANAMEM_GUARD_GONE;
}

/* ---- The rows ------------------------------------------------------------------------------------------------------------ */

/* What the program's call returns to: PyMem_Malloc and its siblings jump here. */
#define CALLER ((uintptr_t)__builtin_return_address(0))

void *panamem_guard_malloc(void *ctx, size_t bytes) {
  void *block = allocate(ctx, bytes, CALLER);
  return block != NULL ? block : panamem_arena_malloc(ctx, bytes);
}

void *panamem_guard_calloc(void *ctx, size_t count, size_t element_bytes) {
  size_t bytes;
  void *block = __builtin_mul_overflow(count, element_bytes, &bytes) ? NULL : allocate(ctx, bytes, CALLER);
  return block != NULL ? block : panamem_arena_calloc(ctx, count, element_bytes);
}

void panamem_guard_free(void *ctx, void *block) {
  if (block == NULL) {
    return;
  }
  struct panamem_row_call call = {"Free", ctx, CALLER};
  struct panamem_guarded *guarded = panamem_guarded_at(block);
  if (is_guarded(guarded)) {
    admit(&call, block, guarded);
    end(&call, guarded, PANAMEM_GUARD_FREED);
  } else {
    admit_unguarded(&call, block, guarded);
    panamem_arena_free(ctx, block);
  }
}

void *panamem_guard_realloc(void *ctx, void *block, size_t bytes) {
  struct panamem_row_call call = {"Realloc", ctx, CALLER};
  struct panamem_guarded *guarded = panamem_guarded_at(block);
  if (block != NULL && !is_guarded(guarded)) {
    admit_unguarded(&call, block, guarded);
    return panamem_arena_realloc(ctx, block, bytes);
  }
  if (block != NULL) {
    admit(&call, block, guarded);
  }
  void *moved = allocate(ctx, bytes, call.caller);
  if (moved == NULL) {
    moved = panamem_arena_malloc(ctx, bytes);
  }
  if (moved != NULL && block != NULL) {
    memcpy(moved, block, guarded->bytes < bytes ? guarded->bytes : bytes);
    end(&call, guarded, PANAMEM_GUARD_MOVED);
  }
  return moved;
}

void panamem_guard_prepare(void) {
  panamem_sites_prepare();
  panamem_guard_pages_prepare();
  panamem_guard_runs_prepare();
  panamem_guard_fault_prepare();
}

void panamem_guard_counts(uint64_t *guarded, uint64_t *unguarded) {
  *guarded = __atomic_load_n(&guarded_count, __ATOMIC_RELAXED);
  *unguarded = __atomic_load_n(&unguarded_count, __ATOMIC_RELAXED);
}
