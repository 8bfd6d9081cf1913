/* SPDX-License-Identifier: Apache-2.0
 *
 * Shelves: large blocks that a thread gave back and may soon want again, kept by their length in pages (abi.h).
 *
 * All functions are for the calling thread's own struct. What goes back to the page heap from shelves goes by
 * panamem_fallback_clear_shelves, or by Java.
 */
#ifndef PANAMEM_NATIVE_SHELF_H
#define PANAMEM_NATIVE_SHELF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "heap.h"
#include "shelf_top.h"
#include "slots.h"

/* The bin that PANAMEM_ENTRY_FLUSH knows the shelves by. */
#define PANAMEM_SHELVES PANAMEM_CLASS_LARGE

/* Takes a block off the shelf that is cleared next, to be freed: it is live then. NULL when all shelves are empty. */
void *panamem_shelf_clear_one(struct panamem_thread *thread);

/* Enough was cleared: another shelf's turn is next, so that blocks that nobody asks for do not stay for ever. */
void panamem_shelves_pass(struct panamem_thread *thread);

/* ---- How much: every thread may keep a little, and more while it asks for what it had to give back ----------------- */

#define PANAMEM_SHELVES_FIRST_PARTS 4 /* of panamem_magazine_cap_bytes */

/* Most bytes that all shelves of the thread may hold just now. */
static inline uint64_t panamem_shelves_cap_bytes(const struct panamem_thread *thread) {
  return panamem_magazine_cap_bytes / PANAMEM_SHELVES_FIRST_PARTS +
         ((uint64_t)thread->shelf_more_pages << PANAMEM_PAGE_SHIFT);
}

/* The shelves are full, and some of their blocks go back now. */
void panamem_shelves_overflow(struct panamem_thread *thread);

/* No shelf could serve so many bytes. Where such a block went back because the shelves were full, they may hold more from
 * now on, as long as all threads' shelves together leave room for it. */
void panamem_shelf_missed(struct panamem_thread *thread, uint32_t domain, size_t bytes);

/* The shelves may hold so much less again, in whole pages, or half as much more, but what every thread's may. */
void panamem_shelves_confine(struct panamem_thread *thread, uint64_t less_bytes);
void panamem_shelves_confine_half(struct panamem_thread *thread);

/* ---- How long ------------------------------------------------------------------------------------------------------------ */

/* Is it time to look for blocks that nobody asks for? The next look is due after the heap's decay_nanos. */
bool panamem_shelves_look_due(struct panamem_thread *thread, uint64_t now_nanos);

/* Takes the blocks off that were there at the last look already, live, and hands each to drop, which frees it. */
void panamem_shelves_drop_idle(struct panamem_thread *thread, void (*drop)(struct panamem_thread *, void *block));

/* Bytes on all shelves of the thread, in whole pages. */
static inline uint64_t panamem_shelves_bytes(const struct panamem_thread *thread) {
  uint64_t bytes = 0;
  for (uint32_t domain = 0; domain < PANAMEM_DOMAINS; domain++) {
    bytes += thread->ready_bytes[domain];
  }
  return bytes;
}

#endif
