/* SPDX-License-Identifier: Apache-2.0
 *
 * The top of a shelf: what malloc and free of a large block do when they need nobody. For the calling thread's own struct.
 */
#ifndef PANAMEM_NATIVE_SHELF_TOP_H
#define PANAMEM_NATIVE_SHELF_TOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fast_path.h"
#include "heap.h"

/* A ready block may be longer than asked for by one of these parts of the length: size classes would waste as much. */
#define PANAMEM_SHELF_WASTE_PARTS 4

/* Is it a large block, in use? Exact for a block that the caller owns, or while the page heap's lock is held. */
static inline bool panamem_is_live_large(const void *block) {
  uint32_t page = panamem_page_of(block);
  const struct panamem_page *record = panamem_record(page);
  return panamem_page_map()[page] % PANAMEM_CLASS_SLOTS == PANAMEM_CLASS_LARGE && record->state == PANAMEM_PAGE_LARGE &&
         record->flags == 0 && panamem_page_address(page) == block;
}

/* The block was taken off its shelf. */
static INLINE void panamem_shelf_make_live(struct panamem_thread *thread, uint32_t domain, uint32_t pages,
                                           struct panamem_page *record) {
  record->next = 0;
  record->flags = 0;
  thread->ready_count[domain]--;
  thread->ready_bytes[domain] -= (uint64_t)pages << PANAMEM_PAGE_SHIFT;
}

/* Takes the newest block off a shelf that is not empty. It is live then. */
static INLINE void *panamem_shelf_pop(struct panamem_thread *thread, uint32_t domain, uint32_t pages) {
  uint32_t *shelf = &thread->shelves[domain][pages - 1];
  uint32_t first = *shelf;
  struct panamem_page *record = panamem_record(first);
  *shelf = record->next;
  if (*shelf == 0) {
    thread->shelved[domain] &= ~(1ull << (pages - 1));
  }
  panamem_shelf_make_live(thread, domain, pages, record);
  return panamem_page_address(first);
}

/* The shortest shelf with a block of at least so many pages, and not more than may be wasted; 0 for none. */
static INLINE uint32_t panamem_shelf_longer(const struct panamem_thread *thread, uint32_t domain, uint32_t least) {
  uint64_t longer = thread->shelved[domain] >> (least - 1);
  uint32_t waste = longer == 0 ? PANAMEM_SHELF_PAGES_MOST : (uint32_t)__builtin_ctzll(longer);
  return waste <= least / PANAMEM_SHELF_WASTE_PARTS ? least + waste : 0;
}

/* A ready block of the domain that holds so many bytes and not many more; NULL when there is none. */
static INLINE void *panamem_shelf_take(struct panamem_thread *thread, uint32_t domain, size_t bytes) {
  size_t least = (bytes + PANAMEM_PAGE_BYTES - 1) >> PANAMEM_PAGE_SHIFT;
  if (UNLIKELY(least - 1 >= PANAMEM_SHELF_PAGES_MOST)) { /* 0 where the sum wrapped */
    return NULL;
  }
  uint32_t pages = (uint32_t)least; /* its own shelf needs no search */
  if (UNLIKELY(thread->shelves[domain][pages - 1] == 0)) {
    pages = panamem_shelf_longer(thread, domain, pages);
    if (pages == 0) {
      return NULL;
    }
  }
  panamem_record(thread->shelves[domain][pages - 1])->request_bytes = bytes;
  thread->shelf_allocations[domain]++;
  thread->large_allocations++;
  return panamem_shelf_pop(thread, domain, pages);
}

/* Keeps a block that its caller gave back. False, and nothing has changed, when it is too long or no live large block. */
static INLINE bool panamem_shelf_give(struct panamem_thread *thread, void *block) {
  uint32_t first = panamem_page_of(block);
  struct panamem_page *record = panamem_record(first);
  if (UNLIKELY(!panamem_is_live_large(block) || record->run_pages > PANAMEM_SHELF_PAGES_MOST)) {
    return false;
  }
  uint32_t pages = record->run_pages;
  uint32_t domain = panamem_bin_domain(record->bin);
  uint32_t *shelf = &thread->shelves[domain][pages - 1];
  record->next = *shelf;
  record->flags = PANAMEM_PAGE_READY;
  record->ready_since = thread->shelf_age;
  *shelf = first;
  thread->shelved[domain] |= 1ull << (pages - 1);
  thread->ready_count[domain]++;
  thread->ready_bytes[domain] += (uint64_t)pages << PANAMEM_PAGE_SHIFT;
  return true;
}

#endif
