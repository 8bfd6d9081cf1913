/* SPDX-License-Identifier: Apache-2.0
 *
 * One list per length, newest first, because its pages are the warmest; one bit per list that is not empty, so that the
 * next longer block is found without a walk.
 *
 *   every thread   a quarter of what its magazines may hold
 *   + more         for a thread that asks for what it gave back;  Σ more of all threads ≤ MOST_OF_ALL × that
 */
#include "shelf.h"

/* Times panamem_magazine_cap_bytes. */
#define MOST_OF_ONE 8
#define MOST_OF_ALL 16

static uint64_t more_pages_of_all; /* changed atomically */

void *panamem_shelf_clear_one(struct panamem_thread *thread) {
  uint32_t hand = thread->shelf_hand;
  for (uint32_t looks = 0; looks <= PANAMEM_DOMAINS; looks++) {
    uint32_t domain = hand / PANAMEM_SHELF_PAGES_MOST % PANAMEM_DOMAINS;
    uint64_t ahead = thread->shelved[domain] & ~0ull << hand % PANAMEM_SHELF_PAGES_MOST;
    if (ahead != 0) {
      uint32_t index = (uint32_t)__builtin_ctzll(ahead);
      thread->shelf_hand = domain * PANAMEM_SHELF_PAGES_MOST + index;
      return panamem_shelf_pop(thread, domain, index + 1);
    }
    hand = (domain + 1) * PANAMEM_SHELF_PAGES_MOST;
  }
  return NULL;
}

void panamem_shelves_pass(struct panamem_thread *thread) {
  thread->shelf_hand++;
}

/* ---- How much ------------------------------------------------------------------------------------------------------------ */

static uint64_t pages_of(uint64_t bytes) {
  return (bytes + PANAMEM_PAGE_BYTES - 1) >> PANAMEM_PAGE_SHIFT;
}

void panamem_shelves_overflow(struct panamem_thread *thread) {
  for (uint32_t domain = 0; domain < PANAMEM_DOMAINS; domain++) {
    thread->shelf_missed[domain] |= thread->shelved[domain];
  }
}

/* Grants so many pages more, unless the thread or all of them would have too many. */
static void grant(struct panamem_thread *thread, uint32_t pages) {
  uint64_t page_bytes = (uint64_t)pages << PANAMEM_PAGE_SHIFT;
  if (panamem_shelves_cap_bytes(thread) + page_bytes > MOST_OF_ONE * panamem_magazine_cap_bytes) {
    return;
  }
  uint64_t of_all = __atomic_add_fetch(&more_pages_of_all, pages, __ATOMIC_RELAXED);
  if (of_all > pages_of(MOST_OF_ALL * panamem_magazine_cap_bytes)) {
    __atomic_sub_fetch(&more_pages_of_all, pages, __ATOMIC_RELAXED);
    return;
  }
  thread->shelf_more_pages += pages;
}

void panamem_shelf_missed(struct panamem_thread *thread, uint32_t domain, size_t bytes) {
  uint64_t pages = pages_of(bytes);
  if (pages == 0 || pages > PANAMEM_SHELF_PAGES_MOST || (thread->shelf_missed[domain] >> (pages - 1) & 1) == 0) {
    return;
  }
  thread->shelf_missed[domain] &= ~(1ull << (pages - 1)); /* once for each overflow */
  uint64_t step_pages = pages_of(panamem_shelves_cap_bytes(thread) / 4);
  grant(thread, (uint32_t)(pages > step_pages ? pages : step_pages));
}

void panamem_shelves_confine(struct panamem_thread *thread, uint64_t less_bytes) {
  uint64_t less = pages_of(less_bytes);
  uint32_t pages = less < thread->shelf_more_pages ? (uint32_t)less : thread->shelf_more_pages;
  thread->shelf_more_pages -= pages;
  __atomic_sub_fetch(&more_pages_of_all, pages, __ATOMIC_RELAXED);
}

void panamem_shelves_confine_half(struct panamem_thread *thread) {
  panamem_shelves_confine(thread, ((uint64_t)thread->shelf_more_pages << PANAMEM_PAGE_SHIFT) / 2);
}

/* ---- How long ------------------------------------------------------------------------------------------------------------ */

bool panamem_shelves_look_due(struct panamem_thread *thread, uint64_t now_nanos) {
  bool due = now_nanos - thread->shelf_looked_nanos > panamem_heap.page_heap.decay_nanos;
  if (due) {
    thread->shelf_looked_nanos = now_nanos;
  }
  return due;
}

/* The link to a shelf's first block that was there at the last look; all below it were. */
static uint32_t *idle_link(uint32_t *shelf, uint32_t age) {
  while (*shelf != 0 && panamem_record(*shelf)->ready_since == age) {
    shelf = &panamem_record(*shelf)->next;
  }
  return shelf;
}

static void drop_idle_of(struct panamem_thread *thread, uint32_t domain, uint32_t pages,
                         void (*drop)(struct panamem_thread *, void *block)) {
  uint32_t *shelf = &thread->shelves[domain][pages - 1];
  uint32_t *link = idle_link(shelf, thread->shelf_age);
  uint32_t first = *link;
  *link = 0;
  if (*shelf == 0) {
    thread->shelved[domain] &= ~(1ull << (pages - 1));
  }
  while (first != 0) {
    void *block = panamem_page_address(first);
    first = panamem_record(first)->next;
    panamem_shelf_make_live(thread, domain, pages, panamem_record(panamem_page_of(block)));
    drop(thread, block);
  }
}

void panamem_shelves_drop_idle(struct panamem_thread *thread, void (*drop)(struct panamem_thread *, void *block)) {
  for (uint32_t domain = 0; domain < PANAMEM_DOMAINS; domain++) {
    for (uint64_t shelves = thread->shelved[domain]; shelves != 0; shelves &= shelves - 1) {
      drop_idle_of(thread, domain, (uint32_t)__builtin_ctzll(shelves) + 1, drop);
    }
  }
  thread->shelf_age++;
}
