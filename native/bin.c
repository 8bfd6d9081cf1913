/* SPDX-License-Identifier: Apache-2.0
 *
 * A bin takes from the first pool of its list, and keeps one empty pool so that a block that comes and goes does not
 * make and dissolve a pool each time.
 */
#include "bin.h"

#include <string.h>

#include "heap.h"
#include "lock.h"
#include "page_heap.h"
#include "pool.h"

static void link_pool(struct panamem_bin *bin, uint32_t first) {
  struct panamem_page *pool = panamem_record(first);
  pool->prev = 0;
  pool->next = bin->pools;
  if (bin->pools != 0) {
    panamem_record(bin->pools)->prev = first;
  }
  bin->pools = first;
  bin->usable_count++;
}

static void unlink_pool(struct panamem_bin *bin, uint32_t first) {
  struct panamem_page *pool = panamem_record(first);
  if (pool->next != 0) {
    panamem_record(pool->next)->prev = pool->prev;
  }
  if (pool->prev != 0) {
    panamem_record(pool->prev)->next = pool->next;
  } else {
    bin->pools = pool->next;
  }
  pool->next = pool->prev = 0;
  bin->usable_count--;
}

/* A bin's pools double in length as it grows, so that a small heap stays small. */
static uint32_t next_pool_pages(uint32_t bin) {
  const struct panamem_class *class = panamem_bin_class(bin);
  uint32_t pages = class->pool_pages_first;
  for (uint32_t pools = panamem_heap.bins[bin].pool_count; pools > 0 && pages < class->pool_pages_most; pools--) {
    pages *= 2;
  }
  return pages;
}

static bool grow(uint32_t bin_index) {
  struct panamem_bin *bin = &panamem_heap.bins[bin_index];
  uint32_t pages = next_pool_pages(bin_index);
  bool zeroed;
  panamem_lock(&panamem_heap.page_heap.lock);
  uint32_t first = panamem_run_take(pages, panamem_bin_domain(bin_index), &zeroed);
  if (first == 0 && pages > panamem_bin_class(bin_index)->pool_pages_first) {
    pages = panamem_bin_class(bin_index)->pool_pages_first;
    first = panamem_run_take(pages, panamem_bin_domain(bin_index), &zeroed);
  }
  if (first != 0) {
    panamem_pool_make(first, pages, bin_index); /* still under the lock: neighbours that are freed now look at its maps */
  }
  panamem_unlock(&panamem_heap.page_heap.lock);
  if (first == 0) {
    return false;
  }
  bin->pool_count++;
  bin->blocks += panamem_record(first)->block_count;
  link_pool(bin, first);
  return true;
}

static void release(uint32_t bin_index, uint32_t first) {
  struct panamem_bin *bin = &panamem_heap.bins[bin_index];
  struct panamem_page *pool = panamem_record(first);
  unlink_pool(bin, first);
  bin->pool_count--;
  bin->blocks -= pool->block_count;
  uint32_t pages = pool->run_pages;
  panamem_lock(&panamem_heap.page_heap.lock);
  panamem_pool_dissolve(first);
  panamem_run_give(first, pages, panamem_bin_domain(bin_index));
  panamem_unlock(&panamem_heap.page_heap.lock);
}

uint32_t panamem_bin_take(uint32_t bin_index, uint32_t count, void **slots) {
  struct panamem_bin *bin = &panamem_heap.bins[bin_index];
  uint32_t taken = 0;
  while (taken < count && (bin->pools != 0 || grow(bin_index))) {
    uint32_t first = bin->pools;
    /* Pools fill the end of what is left, so the first pool's blocks lie on top. */
    taken += panamem_pool_take(first, count - taken, slots);
    if (panamem_record(first)->free_count == 0) {
      unlink_pool(bin, first);
    }
  }
  if (taken < count) {
    memmove(slots, slots + (count - taken), taken * sizeof slots[0]);
  }
  bin->blocks_out += taken;
  if (bin->blocks_out > bin->blocks_out_peak) {
    bin->blocks_out_peak = bin->blocks_out;
  }
  return taken;
}

bool panamem_bin_give(uint32_t bin_index, void *block) {
  struct panamem_bin *bin = &panamem_heap.bins[bin_index];
  uint32_t page = panamem_page_of(block);
  uint32_t first = page - panamem_back_map()[page];
  if (panamem_page_map()[page] != bin_index || !panamem_pool_give(first, block)) {
    return false;
  }
  bin->blocks_out--;
  struct panamem_page *pool = panamem_record(first);
  if (pool->free_count == 1) {
    link_pool(bin, first);
  }
  if (pool->free_count == pool->block_count && bin->usable_count > 1) {
    release(bin_index, first);
  }
  return true;
}
