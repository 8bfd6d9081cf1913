/* SPDX-License-Identifier: Apache-2.0
 *
 * What is known of each guarded block: it lies apart from the blocks, at the index of the first page (abi.h) of the block's
 * run, and stays there after the block's end until the page has another guarded block.
 *
 *   run, right edge    │ shut … │ slack ┼ block ┼ 0..15 │ shut │
 *   run, left edge     │ shut │ block ┼ slack │ shut …         │        │ = borders of OS pages
 *
 *   open_first, open_bytes   the OS pages in the middle; none for a block of 0 bytes, which lies on a shut page
 *   slack                    open bytes that are not the block's, filled with PANAMEM_GUARD_SLACK
 */
#ifndef PANAMEM_NATIVE_GUARD_TABLE_H
#define PANAMEM_NATIVE_GUARD_TABLE_H

#include <stdbool.h>
#include <stdint.h>

#include "../include/panamem/abi.h"
#include "history.h"

#define PANAMEM_GUARD_SLACK 0xFD

enum panamem_guard_state {
  PANAMEM_GUARD_NONE,  /* no guarded block was ever here */
  PANAMEM_GUARD_LIVE,
  PANAMEM_GUARD_FREED, /* its run is shut, and in quarantine or spare */
  PANAMEM_GUARD_MOVED, /* the same, by a realloc */
  PANAMEM_GUARD_GONE,  /* the run went back; other blocks may lie there */
};

struct panamem_guarded {
  uint32_t state; /* enum panamem_guard_state */
  uint32_t was_moved;
  uint32_t domain;
  uint32_t run_pages;
  uint32_t older, newer; /* first pages; 0 = none */
  uint32_t allocated_at, freed_at; /* sites.h */
  uint64_t block;
  uint64_t bytes; /* asked for */
  uint64_t serial;
  uint64_t counts_mappings; /* it is in panamem_guard_shut_live */
};

/* Makes the table, once there is a range; false without memory for it. */
bool panamem_guard_table_prepare(void);

/* The record of a run that is about to hold a block, and the first page that a record speaks for. */
struct panamem_guarded *panamem_guarded_begin(uint32_t first, uint32_t run_pages);
uint32_t panamem_guarded_page(const struct panamem_guarded *guarded);

/* The record of the run around an address of any kind; NULL where none ever was. */
struct panamem_guarded *panamem_guarded_at(const void *address);

static inline enum panamem_guard_state panamem_guarded_state(const struct panamem_guarded *guarded) {
  return guarded == NULL ? PANAMEM_GUARD_NONE
                         : (enum panamem_guard_state)__atomic_load_n(&guarded->state, __ATOMIC_ACQUIRE);
}

/* The state goes from LIVE to FREED or MOVED; of two threads that do it, one succeeds. */
bool panamem_guarded_end(struct panamem_guarded *guarded, enum panamem_guard_state state);

/* What a report tells of it. */
void panamem_guarded_history(const struct panamem_guarded *guarded, struct panamem_history *history);

/* ---- Queues, oldest first; under the lock ------------------------------------------------------------------------------- */

struct panamem_guard_queue {
  uint32_t oldest, newest;
  uint32_t count;
  uint64_t bytes; /* of the runs */
};

extern struct panamem_guard_queue panamem_guard_quarantine;             /* runs of freed blocks */
extern struct panamem_guard_queue panamem_guard_spare[PANAMEM_DOMAINS]; /* of one page, that left it and come next */
extern struct panamem_guard_queue panamem_guard_shut_live;  /* where shut pages cost mappings: live blocks that have some */

void panamem_guard_lock(void);
void panamem_guard_unlock(void);
void panamem_guard_queue_add(struct panamem_guard_queue *queue, struct panamem_guarded *guarded);
void panamem_guard_queue_remove(struct panamem_guard_queue *queue, struct panamem_guarded *guarded);

/* The oldest record, or NULL. */
struct panamem_guarded *panamem_guard_queue_oldest(const struct panamem_guard_queue *queue);

/* Freed blocks and bytes of their runs that the heap still counts for the domain. Takes the lock. */
void panamem_guard_held(uint32_t domain, uint64_t *blocks, uint64_t *bytes);

#endif
