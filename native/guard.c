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
#include "guard_table.h"
#include "heap.h"
#include "magazine.h"
#include "options.h"
#include "refusal.h"
#include "sites.h"
#include "start.h"

#define OS_PAGE ((size_t)PANAMEM_OS_PAGE_BYTES)
#define SHUT_BYTES (2 * OS_PAGE) /* at least one page on each side */
#define SPARE_MOST 256u /* runs, per domain */

static uint64_t guarded_count, unguarded_count;
static uint32_t shut_most;

static uint32_t domain_of(const void *ctx) {
  return (uint32_t)((uintptr_t)ctx >> PANAMEM_BIN_SHIFT);
}

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

/* ---- Pages --------------------------------------------------------------------------------------------------------------- */

/* Where a block lies in its run (guard_table.h). */
struct place {
  char *open_first;
  size_t open_bytes;
  char *block;
};

static size_t round_up(size_t bytes, size_t unit) {
  return (bytes + unit - 1) & ~(unit - 1);
}

static struct place place_in(char *run, size_t run_bytes, size_t bytes) {
  struct place place;
  size_t block_bytes = round_up(bytes, PANAMEM_ALIGNMENT);
  place.open_bytes = round_up(block_bytes, OS_PAGE);
  if (panamem_options.guard_edge == PANAMEM_EDGE_LEFT) {
    place.open_first = run + OS_PAGE;
    place.block = place.open_first;
  } else {
    place.open_first = run + run_bytes - OS_PAGE - place.open_bytes;
    place.block = place.open_first + place.open_bytes - block_bytes;
  }
  return place;
}

static char *run_of(const struct panamem_guarded *guarded) {
  return panamem_page_address(panamem_guarded_page(guarded));
}

static size_t run_bytes_of(const struct panamem_guarded *guarded) {
  return (size_t)guarded->run_pages << PANAMEM_PAGE_SHIFT;
}

static struct place place_of(const struct panamem_guarded *guarded) {
  return place_in(run_of(guarded), run_bytes_of(guarded), guarded->bytes);
}

/* ---- Quarantine -------------------------------------------------------------------------------------------------------- */

static void give_back(struct panamem_guarded *guarded) {
  char *run = run_of(guarded);
  panamem_guard_pages_open(run, run_bytes_of(guarded));
  guarded->was_moved = guarded->state == PANAMEM_GUARD_MOVED;
  __atomic_store_n(&guarded->state, PANAMEM_GUARD_GONE, __ATOMIC_RELEASE);
  panamem_arena_free(PANAMEM_DOMAIN_CONTEXT(guarded->domain), run);
}

/* Takes the oldest out of the queue while that holds more than so much. */
static struct panamem_guarded *take_surplus(struct panamem_guard_queue *queue, uint64_t most_bytes, uint64_t most_blocks) {
  panamem_guard_lock();
  struct panamem_guarded *oldest = NULL;
  if (queue->bytes > most_bytes || queue->count > most_blocks) {
    oldest = panamem_guard_queue_oldest(queue);
    panamem_guard_queue_remove(queue, oldest);
  }
  panamem_guard_unlock();
  return oldest;
}

static bool make_spare(struct panamem_guarded *guarded) {
  struct panamem_guard_queue *spare = &panamem_guard_spare[guarded->domain];
  panamem_guard_lock();
  bool has_room = guarded->run_pages == 1 && spare->count < SPARE_MOST;
  if (has_room) {
    panamem_guard_queue_add(spare, guarded);
  }
  panamem_guard_unlock();
  return has_room;
}

static void keep_in_quarantine(struct panamem_guarded *guarded) {
  panamem_guard_lock();
  panamem_guard_queue_add(&panamem_guard_quarantine, guarded);
  panamem_guard_unlock();
  struct panamem_guarded *surplus;
  while ((surplus = take_surplus(&panamem_guard_quarantine, panamem_options.guard_quarantine_bytes,
                                 panamem_options.guard_quarantine_blocks)) != NULL) {
    if (!make_spare(surplus)) {
      give_back(surplus);
    }
  }
}

static bool give_back_all(struct panamem_guard_queue *queue) {
  struct panamem_guarded *oldest;
  bool any = false;
  while ((oldest = take_surplus(queue, 0, 0)) != NULL) {
    give_back(oldest);
    any = true;
  }
  return any;
}

/* The heap is at its limit: everything that is shut goes back to it. Whether there was anything. */
static bool give_back_quarantine(void) {
  bool any = give_back_all(&panamem_guard_quarantine);
  for (int domain = 0; domain < PANAMEM_DOMAINS; domain++) {
    any = give_back_all(&panamem_guard_spare[domain]) || any;
  }
  return any;
}

/* ---- Where shut pages cost mappings: the blocks that are live for longest do without ------------------------------------- */

static void spare_mappings(struct panamem_guarded *guarded) {
  if (panamem_guard_pages_are_light) {
    return;
  }
  panamem_guard_lock();
  panamem_guard_queue_add(&panamem_guard_shut_live, guarded);
  guarded->counts_mappings = true;
  if (panamem_guard_shut_live.count > shut_most) {
    struct panamem_guarded *oldest = panamem_guard_queue_oldest(&panamem_guard_shut_live);
    panamem_guard_queue_remove(&panamem_guard_shut_live, oldest);
    oldest->counts_mappings = false;
    panamem_guard_pages_open(run_of(oldest), run_bytes_of(oldest));
  }
  panamem_guard_unlock();
}

static void forget_mappings(struct panamem_guarded *guarded) {
  if (panamem_guard_pages_are_light) {
    return;
  }
  panamem_guard_lock();
  if (guarded->counts_mappings) {
    panamem_guard_queue_remove(&panamem_guard_shut_live, guarded);
    guarded->counts_mappings = false;
  }
  panamem_guard_unlock();
}

/* ---- Malloc -------------------------------------------------------------------------------------------------------------- */

/* One of guard_rate calls, at irregular distances: programs have rhythms. */
static bool is_sampled(void) {
  static __thread uint32_t left __attribute__((tls_model("initial-exec")));
  static __thread uint32_t random __attribute__((tls_model("initial-exec")));
  uint32_t rate = panamem_options.guard_rate;
  if (rate == 1) {
    return true;
  }
  if (left > 0) {
    left--;
    return false;
  }
  random = (random == 0 ? (uint32_t)(uintptr_t)&left >> 4 : random) * 1664525u + 1013904223u; /* Knuth and Lewis */
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

static size_t run_bytes_for(size_t bytes) {
  return round_up(round_up(bytes, OS_PAGE) + SHUT_BYTES, PANAMEM_PAGE_BYTES);
}

/* A shut run, from a block that was freed long ago or from the heap. */
static char *take_shut_run(void *ctx, size_t run_bytes) {
  if (run_bytes == PANAMEM_PAGE_BYTES) {
    struct panamem_guarded *spare = take_surplus(&panamem_guard_spare[domain_of(ctx)], 0, 0);
    if (spare != NULL) {
      return run_of(spare);
    }
  }
  char *run = panamem_arena_pages(ctx, run_bytes);
  if (run == NULL && give_back_quarantine()) {
    run = panamem_arena_pages(ctx, run_bytes);
  }
  if (run == NULL || panamem_guard_pages_shut(run, run_bytes)) {
    return run;
  }
  panamem_guard_pages_open(run, run_bytes);
  panamem_arena_free(ctx, run);
  return NULL;
}

/* A run whose pages are shut but for the block's; *place is where. */
static char *take_run(void *ctx, size_t bytes, struct place *place) {
  size_t run_bytes = run_bytes_for(bytes);
  char *run = take_shut_run(ctx, run_bytes);
  if (run == NULL) {
    return NULL;
  }
  *place = place_in(run, run_bytes, bytes);
  if (panamem_guard_pages_open(place->open_first, place->open_bytes)) {
    return run;
  }
  panamem_guard_pages_open(run, run_bytes);
  panamem_arena_free(ctx, run);
  return NULL;
}

static void fill_slack(const struct place *place, size_t bytes) {
  char *end = place->block + bytes;
  memset(place->open_first, PANAMEM_GUARD_SLACK, (size_t)(place->block - place->open_first));
  memset(end, PANAMEM_GUARD_SLACK, (size_t)(place->open_first + place->open_bytes - end));
}

static struct panamem_guarded *begin(void *ctx, char *run, const struct place *place, size_t bytes, uintptr_t caller) {
  static uint64_t last_serial;
  struct panamem_guarded *guarded =
      panamem_guarded_begin(panamem_page_of(run), (uint32_t)(run_bytes_for(bytes) >> PANAMEM_PAGE_SHIFT));
  guarded->domain = domain_of(ctx);
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
  struct place place;
  if (bytes > panamem_heap.range_bytes && panamem_heap.range_bytes != 0) {
    return NULL;
  }
  if (!is_sampled() || !is_ready()) {
    return NULL;
  }
  panamem_guard_fault_stack();
  char *run = take_run(ctx, bytes, &place);
  __atomic_add_fetch(run == NULL ? &unguarded_count : &guarded_count, 1, __ATOMIC_RELAXED);
  if (run == NULL) {
    return NULL;
  }
  if (place.open_bytes > 0) {
    fill_slack(&place, bytes);
  }
  spare_mappings(begin(ctx, run, &place, bytes, caller));
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
  if (guarded->domain != domain_of(call->ctx)) {
    refuse(call, PANAMEM_WRONG_DOMAIN, block, guarded);
  }
}

/* Every byte is like the next, and the first as it was filled. */
static bool is_slack(const char *from, const char *to) {
  size_t bytes = (size_t)(to - from);
  return bytes == 0 || (*(const uint8_t *)from == PANAMEM_GUARD_SLACK && memcmp(from, from + 1, bytes - 1) == 0);
}

static void check_slack(const struct panamem_row_call *call, const struct panamem_guarded *guarded) {
  struct place place = place_of(guarded);
  if (place.open_bytes == 0) {
    return;
  }
  if (!is_slack(place.open_first, place.block)) {
    refuse(call, PANAMEM_UNDERFLOW, place.block, guarded);
  }
  if (!is_slack(place.block + guarded->bytes, place.open_first + place.open_bytes)) {
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
  forget_mappings(guarded);
  panamem_guard_pages_shut(run_of(guarded), run_bytes_of(guarded));
  keep_in_quarantine(guarded);
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
  shut_most = panamem_guard_pages_most();
  panamem_guard_fault_prepare();
}

void panamem_guard_counts(uint64_t *guarded, uint64_t *unguarded) {
  *guarded = __atomic_load_n(&guarded_count, __ATOMIC_RELAXED);
  *unguarded = __atomic_load_n(&unguarded_count, __ATOMIC_RELAXED);
}
