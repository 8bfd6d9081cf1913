/* SPDX-License-Identifier: Apache-2.0
 *
 * The fallback joins bins and page heap into what Java's entries do, and counts why it had to.
 */
#include "fallback.h"

#include <string.h>

#include "bin.h"
#include "depot.h"
#include "heap.h"
#include "lock.h"
#include "page_heap.h"
#include "shelf.h"

static void count_served(uint32_t reason, uint64_t blocks) {
  __atomic_fetch_add(&panamem_heap.fallback_blocks[reason], blocks, __ATOMIC_RELAXED);
}

static uint32_t take_small(uint32_t bin, uint32_t count, void **slots) {
  panamem_lock(&panamem_heap.bins[bin].lock);
  uint32_t taken = panamem_bin_take(bin, count, slots);
  panamem_unlock(&panamem_heap.bins[bin].lock);
  return taken;
}

uint32_t panamem_fallback_refill(struct panamem_thread *thread, uint32_t bin, uint32_t count, uint32_t reason) {
  struct panamem_magazine *magazine = &thread->magazines[bin];
  uint32_t taken = take_small(bin, count, magazine->top + 1);
  if (taken == 0 && panamem_depots_empty()) {
    taken = take_small(bin, count, magazine->top + 1);
  }
  magazine->top += taken;
  count_served(reason, taken);
  return taken;
}

uint32_t panamem_fallback_flush(struct panamem_thread *thread, uint32_t bin, uint32_t count) {
  panamem_lock(&panamem_heap.bins[bin].lock);
  uint32_t given = panamem_bin_give(bin, thread->magazines[bin].base + 1, count);
  panamem_unlock(&panamem_heap.bins[bin].lock);
  return given;
}

static uint32_t take_counted(uint32_t bin, void **block) {
  panamem_lock(&panamem_heap.bins[bin].lock);
  uint32_t taken = panamem_bin_take(bin, 1, block);
  panamem_heap.bins[bin].allocations += taken;
  panamem_unlock(&panamem_heap.bins[bin].lock);
  return taken;
}

void *panamem_fallback_take(uint32_t bin, uint32_t reason) {
  void *block = NULL;
  uint32_t taken = take_counted(bin, &block);
  if (taken == 0 && panamem_depots_empty()) {
    taken = take_counted(bin, &block);
  }
  count_served(reason, taken);
  return block;
}

static void *take_large_locked(uint32_t domain, size_t bytes, bool *zeroed) {
  struct panamem_page_heap *heap = &panamem_heap.page_heap;
  uint32_t pages = (uint32_t)((bytes + PANAMEM_PAGE_BYTES - 1) >> PANAMEM_PAGE_SHIFT);
  uint32_t first = panamem_run_take(pages, domain, zeroed);
  if (first == 0) {
    return NULL;
  }
  uint8_t bin = (uint8_t)(domain << PANAMEM_BIN_SHIFT | PANAMEM_CLASS_LARGE);
  struct panamem_page *record = panamem_record(first);
  record->state = PANAMEM_PAGE_LARGE;
  record->bin = bin;
  record->run_pages = pages;
  record->request_bytes = bytes;
  memset(panamem_page_map() + first, bin, pages);
  heap->large_count[domain]++;
  heap->large_total[domain]++;
  heap->large_bytes[domain] += (uint64_t)pages << PANAMEM_PAGE_SHIFT;
  if (heap->large_bytes[domain] > heap->large_peak_bytes[domain]) {
    heap->large_peak_bytes[domain] = heap->large_bytes[domain];
  }
  return panamem_page_address(first);
}

static void *take_large(uint32_t domain, size_t bytes, bool *zeroed) {
  panamem_lock(&panamem_heap.page_heap.lock);
  void *block = take_large_locked(domain, bytes, zeroed);
  panamem_unlock(&panamem_heap.page_heap.lock);
  return block;
}

void *panamem_fallback_allocate(uint32_t domain, size_t bytes, bool zeroed, uint32_t reason) {
  if (bytes > panamem_heap.range_bytes) {
    __atomic_fetch_add(&panamem_heap.page_heap.refused_os, 1, __ATOMIC_RELAXED);
    return NULL;
  }
  bool is_zero;
  void *block = take_large(domain, bytes, &is_zero);
  if (block == NULL && panamem_depots_empty()) {
    block = take_large(domain, bytes, &is_zero);
  }
  if (block == NULL) {
    return NULL;
  }
  count_served(reason, 1);
  return zeroed && !is_zero ? memset(block, 0, bytes) : block;
}

/* The record of a live large block, or NULL. The page heap's lock is held. */
static struct panamem_page *large_record(const void *block) {
  return panamem_is_live_large(block) ? panamem_record(panamem_page_of(block)) : NULL;
}

static bool free_large(const void *block) {
  struct panamem_page_heap *heap = &panamem_heap.page_heap;
  panamem_lock(&heap->lock);
  struct panamem_page *record = large_record(block);
  if (record != NULL) {
    uint32_t first = panamem_page_of(block);
    uint32_t pages = record->run_pages;
    uint32_t domain = panamem_bin_domain(record->bin);
    heap->large_count[domain]--;
    heap->large_bytes[domain] -= (uint64_t)pages << PANAMEM_PAGE_SHIFT;
    record->state = PANAMEM_PAGE_INSIDE;
    record->bin = 0;
    record->request_bytes = 0;
    memset(panamem_page_map() + first, 0, pages);
    panamem_run_give(first, pages, domain);
  }
  panamem_unlock(&heap->lock);
  return record != NULL;
}

bool panamem_fallback_free(void *block) {
  uint32_t bin = panamem_page_map()[panamem_page_of(block)];
  uint32_t class = bin % PANAMEM_CLASS_SLOTS;
  if (class == PANAMEM_CLASS_LARGE) {
    return free_large(block);
  }
  if (class == PANAMEM_CLASS_NONE) {
    return false;
  }
  panamem_lock(&panamem_heap.bins[bin].lock);
  bool given = panamem_bin_give(bin, &block, 1) == 1;
  panamem_unlock(&panamem_heap.bins[bin].lock);
  return given;
}

uint64_t panamem_fallback_clear_shelves(struct panamem_thread *thread, uint64_t keep_bytes) {
  uint64_t before = panamem_shelves_bytes(thread);
  while (panamem_shelves_bytes(thread) > keep_bytes) {
    free_large(panamem_shelf_clear_one(thread));
  }
  panamem_shelves_pass(thread);
  return before - panamem_shelves_bytes(thread);
}

bool panamem_fallback_resize(void *block, size_t bytes) {
  panamem_lock(&panamem_heap.page_heap.lock);
  struct panamem_page *record = large_record(block);
  uint64_t usable = record == NULL ? 0 : (uint64_t)record->run_pages << PANAMEM_PAGE_SHIFT;
  bool fits = bytes <= usable && bytes > usable / 2;
  if (fits) {
    record->request_bytes = bytes;
  }
  panamem_unlock(&panamem_heap.page_heap.lock);
  return fits;
}
