/* SPDX-License-Identifier: Apache-2.0
 *
 * One list per length, newest first, because its pages are the warmest; one bit per list that is not empty, so that the
 * next longer block is found without a walk.
 */
#include "shelf.h"

/* A ready block may be longer than asked for by one of these parts of the length: size classes would waste as much. */
#define WASTE_PARTS 4

static inline __attribute__((always_inline)) void *pop(struct panamem_thread *thread, uint32_t domain, uint32_t pages) {
  uint32_t *shelf = &thread->shelves[domain][pages - 1];
  uint32_t first = *shelf;
  struct panamem_page *record = panamem_record(first);
  *shelf = record->next;
  if (*shelf == 0) {
    thread->shelved[domain] &= ~(1ull << (pages - 1));
  }
  record->next = 0;
  record->flags = 0;
  thread->ready_count[domain]--;
  thread->ready_bytes[domain] -= (uint64_t)pages << PANAMEM_PAGE_SHIFT;
  return panamem_page_address(first);
}

void *panamem_shelf_take(struct panamem_thread *thread, uint32_t domain, size_t bytes) {
  size_t least = (bytes + PANAMEM_PAGE_BYTES - 1) >> PANAMEM_PAGE_SHIFT;
  if (least > PANAMEM_SHELF_PAGES_MOST) {
    return NULL;
  }
  uint64_t longer = thread->shelved[domain] >> (least - 1);
  uint32_t waste = longer == 0 ? PANAMEM_SHELF_PAGES_MOST : (uint32_t)__builtin_ctzll(longer);
  if (waste > least / WASTE_PARTS) {
    return NULL;
  }
  void *block = pop(thread, domain, (uint32_t)least + waste);
  panamem_record(panamem_page_of(block))->request_bytes = bytes;
  thread->shelf_allocations[domain]++;
  thread->large_allocations++;
  return block;
}

bool panamem_shelf_give(struct panamem_thread *thread, void *block) {
  uint32_t first = panamem_page_of(block);
  struct panamem_page *record = panamem_record(first);
  if (!panamem_is_live_large(block) || record->run_pages > PANAMEM_SHELF_PAGES_MOST) {
    return false;
  }
  uint32_t pages = record->run_pages;
  uint32_t domain = panamem_bin_domain(record->bin);
  uint32_t *shelf = &thread->shelves[domain][pages - 1];
  record->next = *shelf;
  record->flags = PANAMEM_PAGE_READY;
  *shelf = first;
  thread->shelved[domain] |= 1ull << (pages - 1);
  thread->ready_count[domain]++;
  thread->ready_bytes[domain] += (uint64_t)pages << PANAMEM_PAGE_SHIFT;
  return true;
}

void *panamem_shelf_clear_one(struct panamem_thread *thread) {
  uint32_t hand = thread->shelf_hand;
  for (uint32_t looks = 0; looks <= PANAMEM_DOMAINS; looks++) {
    uint32_t domain = hand / PANAMEM_SHELF_PAGES_MOST % PANAMEM_DOMAINS;
    uint64_t ahead = thread->shelved[domain] & ~0ull << hand % PANAMEM_SHELF_PAGES_MOST;
    if (ahead != 0) {
      uint32_t index = (uint32_t)__builtin_ctzll(ahead);
      thread->shelf_hand = domain * PANAMEM_SHELF_PAGES_MOST + index;
      return pop(thread, domain, index + 1);
    }
    hand = (domain + 1) * PANAMEM_SHELF_PAGES_MOST;
  }
  return NULL;
}

void panamem_shelves_pass(struct panamem_thread *thread) {
  thread->shelf_hand++;
}
