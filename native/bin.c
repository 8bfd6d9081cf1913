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

/* Second in the list: the first pool goes on serving until it is full, the others gather free blocks meanwhile. */
static void link_pool(struct panamem_bin *bin, uint32_t first) {
  struct panamem_page *pool = panamem_record(first);
  pool->prev = bin->pools;
  uint32_t *link = bin->pools == 0 ? &bin->pools : &panamem_record(bin->pools)->next;
  pool->next = *link;
  if (*link != 0) {
    panamem_record(*link)->prev = first;
  }
  *link = first;
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

static uint32_t take(uint32_t bin_index, uint32_t count, void **slots, bool may_grow) {
  struct panamem_bin *bin = &panamem_heap.bins[bin_index];
  uint32_t taken = 0;
  while (taken < count && (bin->pools != 0 || (may_grow && grow(bin_index)))) {
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

uint32_t panamem_bin_take(uint32_t bin_index, uint32_t count, void **slots) {
  return take(bin_index, count, slots, true);
}

uint32_t panamem_bin_take_there(uint32_t bin_index, uint32_t count, void **slots) {
  return take(bin_index, count, slots, false);
}

/* The first page of the pool in which the block would lie; 0 when none of the bin's is there. */
static uint32_t pool_of(uint32_t bin_index, const void *block) {
  uint32_t page = panamem_page_of(block);
  return panamem_page_map()[page] == bin_index ? page - panamem_back_map()[page] : 0;
}

/* Java's rule: with all blocks of the pool that are out, has the bin as many free ones again? */
static bool would_be_spare(const struct panamem_bin *bin, const struct panamem_page *pool) {
  uint64_t free_blocks = bin->blocks - bin->blocks_out + (pool->block_count - pool->free_count);
  return free_blocks >= 2ull * pool->block_count;
}

/* Gives the blocks back that stand at the beginning and belong to the pool; how many. */
static uint32_t give(struct panamem_bin *bin, uint32_t first, void *const *blocks, uint32_t count) {
  struct panamem_page *pool = panamem_record(first);
  bool was_full = pool->free_count == 0;
  uint32_t given = panamem_pool_give(first, blocks, count);
  bin->blocks_out -= given;
  if (was_full && given > 0) {
    link_pool(bin, first);
  }
  return given;
}

uint32_t panamem_bin_give(uint32_t bin_index, void *const *blocks, uint32_t count) {
  struct panamem_bin *bin = &panamem_heap.bins[bin_index];
  uint32_t given = 0;
  while (given < count) {
    uint32_t first = pool_of(bin_index, blocks[given]);
    uint32_t some = first == 0 ? 0 : give(bin, first, blocks + given, count - given);
    if (some == 0) {
      break;
    }
    given += some;
    const struct panamem_page *pool = panamem_record(first);
    if (pool->free_count == pool->block_count && bin->usable_count > 1) {
      release(bin_index, first);
    }
  }
  return given;
}

bool panamem_bin_is_out(uint32_t bin_index, const void *block) {
  uint32_t first = pool_of(bin_index, block);
  return first != 0 && panamem_pool_is_out(first, block);
}

uint32_t panamem_bin_give_there(uint32_t bin_index, void *const *blocks, uint32_t count) {
  struct panamem_bin *bin = &panamem_heap.bins[bin_index];
  uint32_t given = 0;
  uint32_t some = 1;
  while (given < count && some > 0) {
    uint32_t first = pool_of(bin_index, blocks[given]);
    if (first == 0) {
      break;
    }
    const struct panamem_page *pool = panamem_record(first);
    uint32_t out = pool->block_count - pool->free_count;
    uint32_t most = out > 0 && would_be_spare(bin, pool) ? out - 1 : out;
    some = give(bin, first, blocks + given, count - given < most ? count - given : most);
    given += some;
  }
  return given;
}
