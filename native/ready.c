/* SPDX-License-Identifier: Apache-2.0
 *
 * A block that waits is worth its pages while somebody asks for it again. Who makes the process grow looks there first:
 *
 *   review_bytes = committed bytes + a step, when they were reviewed last or lower since;  reached again: review
 *
 * So a heap that has stopped growing keeps what is ready, and one that grows pays for it in steps, not with each block.
 */
#include "ready.h"

#include <stdbool.h>

#include "clock.h"
#include "depot.h"
#include "entry.h"
#include "fallback.h"
#include "heap.h"
#include "shelf.h"

#define STEP_PARTS 16
#define STEP_PARTS_OF_OTHERS 8
#define STEP_LEAST_BYTES (1ull << 20)

void (*panamem_ready_of_others)(void);

/* Any thread's, without a lock: one review too many or too few does not matter. */
static uint64_t review_bytes, review_others_bytes;

/* Gives blocks of the thread's shelves back until they hold at most so many bytes. */
static void clear_shelves(struct panamem_thread *thread, uint64_t keep_bytes) {
  if (panamem_shelves_bytes(thread) <= keep_bytes) {
    return;
  }
  if (panamem_gate_open(thread)) {
    panamem_cross(thread, PANAMEM_ENTRY_FLUSH, (int64_t)thread, PANAMEM_SHELVES, (int64_t)keep_bytes);
  } else {
    panamem_fallback_clear_shelves(thread, keep_bytes);
  }
}

void panamem_ready_overflow(struct panamem_thread *thread) {
  panamem_shelves_overflow(thread);
  clear_shelves(thread, panamem_shelves_cap_bytes(thread) / 2);
}

/* ---- Growth -------------------------------------------------------------------------------------------------------------- */

/* Has committed memory grown by a part of itself since the last time, or since it was lowest? */
static bool has_grown(uint64_t *due_bytes, uint64_t parts) {
  uint64_t committed_bytes = __atomic_load_n(&panamem_heap.page_heap.committed_bytes, __ATOMIC_RELAXED);
  uint64_t next_bytes = committed_bytes + committed_bytes / parts + STEP_LEAST_BYTES;
  uint64_t due = __atomic_load_n(due_bytes, __ATOMIC_RELAXED);
  bool grown = committed_bytes >= due;
  if (grown || next_bytes < due) {
    __atomic_store_n(due_bytes, next_bytes, __ATOMIC_RELAXED);
  }
  return grown;
}

static void give_all_back(struct panamem_thread *thread) {
  panamem_shelves_overflow(thread);
  panamem_shelves_confine_half(thread);
  clear_shelves(thread, 0);
  panamem_depots_empty();
  void (*others)(void) = __atomic_load_n(&panamem_ready_of_others, __ATOMIC_RELAXED);
  if (others != NULL && has_grown(&review_others_bytes, STEP_PARTS_OF_OTHERS)) {
    others();
  }
}

/* ---- Time ---------------------------------------------------------------------------------------------------------------- */

static void drop(struct panamem_thread *thread, void *block) {
  if (panamem_gate_open(thread)) {
    panamem_cross(thread, PANAMEM_ENTRY_FREE, (int64_t)thread, (int64_t)block, 0);
  } else {
    panamem_fallback_free(block);
  }
}

static void drop_idle(struct panamem_thread *thread) {
  uint64_t before = panamem_shelves_bytes(thread);
  panamem_shelves_drop_idle(thread, drop);
  panamem_shelves_confine(thread, before - panamem_shelves_bytes(thread));
}

void panamem_ready_look(struct panamem_thread *thread) {
  if (panamem_shelves_bytes(thread) > 0 && panamem_shelves_look_due(thread, panamem_now_nanos())) {
    drop_idle(thread);
  }
}

void panamem_ready_review(struct panamem_thread *thread) {
  if (has_grown(&review_bytes, STEP_PARTS)) {
    give_all_back(thread);
  } else {
    panamem_ready_look(thread);
  }
}
