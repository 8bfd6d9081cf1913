/* SPDX-License-Identifier: Apache-2.0
 *
 * Runs of pages with a minimal policy: good fit, merge on give, purge when a cap or a limit is met.
 *
 * The Java core operates the same structures with the full policy (decay, growth in place); see abi.h.
 */
#include "page_heap.h"

#include <sys/mman.h>
#include <sys/resource.h>

#include "age_list.h"
#include "heap.h"
#include "run_list.h"

static uint64_t bytes_of(uint32_t pages) {
  return (uint64_t)pages << PANAMEM_PAGE_SHIFT;
}

static bool begins_free_run(uint32_t page, uint8_t state) {
  uint32_t taken_end = panamem_heap.page_heap.arenas_taken * PANAMEM_ARENA_PAGES;
  return page < taken_end && panamem_page_map()[page] == 0 && panamem_record(page)->state == state;
}

/* The first page of the free run that ends before this page; 0: none. */
static uint32_t ending_before(uint32_t page, uint8_t state) {
  bool ends = page > PANAMEM_ARENA_PAGES && panamem_page_map()[page - 1] == 0 && panamem_record(page - 1)->state == state;
  return ends ? page - panamem_record(page - 1)->run_pages : 0;
}

/* Merges the run with free neighbours of the same kind and links the result. A dirty one is as old as its longest part. */
static void link_merged(uint32_t first, uint32_t pages, uint32_t kind) {
  bool dirty = kind == PANAMEM_RUN_DIRTY;
  uint8_t state = (uint8_t)(dirty ? PANAMEM_PAGE_DIRTY : PANAMEM_PAGE_CLEAN);
  uint32_t neighbours[] = {ending_before(first, state), begins_free_run(first + pages, state) ? first + pages : 0};
  uint32_t begin = first;
  uint32_t longest = 0;
  uint32_t longest_pages = pages;
  for (int i = 0; i < 2; i++) {
    uint32_t neighbour = neighbours[i];
    if (neighbour == 0) {
      continue;
    }
    uint32_t more = panamem_run_unlink(neighbour);
    uint32_t shorter = more > longest_pages ? longest : neighbour;
    if (more > longest_pages) {
      longest = neighbour;
      longest_pages = more;
    }
    if (dirty && shorter != 0) {
      panamem_age_remove(shorter);
    }
    begin = neighbour < begin ? neighbour : begin;
    pages += more;
  }
  panamem_run_link(begin, pages, kind);
  if (dirty && longest != 0) {
    panamem_age_replace(longest, begin);
  } else if (dirty) {
    panamem_age_append(begin);
  }
}

static bool address_space_allows(uint64_t more_bytes) {
  struct rlimit limit;
  return getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY ||
         panamem_heap.page_heap.committed_bytes + more_bytes <= limit.rlim_cur;
}

/* Takes as many fresh arenas as the run needs beyond the clean pages that end the taken ones. */
static bool arenas_extend(uint32_t pages) {
  struct panamem_page_heap *heap = &panamem_heap.page_heap;
  uint32_t end = heap->arenas_taken * PANAMEM_ARENA_PAGES;
  uint32_t have = 0;
  if (heap->arenas_taken > 1 && panamem_page_map()[end - 1] == 0 &&
      panamem_record(end - 1)->state == PANAMEM_PAGE_CLEAN) {
    have = panamem_record(end - 1)->run_pages;
  }
  uint32_t arenas = (pages - have + PANAMEM_ARENA_PAGES - 1) / PANAMEM_ARENA_PAGES;
  if (arenas > heap->arenas_most - heap->arenas_taken) {
    return false;
  }
  if (mprotect(panamem_page_address(end), bytes_of(arenas * PANAMEM_ARENA_PAGES), PROT_READ | PROT_WRITE) != 0) {
    return false;
  }
  heap->arenas_taken += arenas;
  link_merged(end, arenas * PANAMEM_ARENA_PAGES, PANAMEM_RUN_CLEAN);
  return true;
}

static bool limits_allow(uint32_t domain, uint64_t more_used, uint64_t more_committed) {
  const struct panamem_page_heap *heap = &panamem_heap.page_heap;
  return more_used <= heap->domain_limit_bytes[domain] &&
         heap->used_bytes[domain] <= heap->domain_limit_bytes[domain] - more_used &&
         more_committed <= heap->limit_bytes && heap->committed_bytes <= heap->limit_bytes - more_committed;
}

/* Others look at it without the lock. */
static void set_committed(uint64_t bytes) {
  __atomic_store_n(&panamem_heap.page_heap.committed_bytes, bytes, __ATOMIC_RELAXED);
}

/* Cuts pages off the beginning of a free run and accounts for them. */
static void carve(uint32_t first, uint32_t pages, uint32_t domain) {
  struct panamem_page_heap *heap = &panamem_heap.page_heap;
  uint32_t kind = panamem_record(first)->state == PANAMEM_PAGE_DIRTY ? PANAMEM_RUN_DIRTY : PANAMEM_RUN_CLEAN;
  uint32_t have = panamem_run_unlink(first);
  if (have > pages) {
    panamem_run_link(first + pages, have - pages, kind);
  }
  heap->used_bytes[domain] += bytes_of(pages);
  if (kind == PANAMEM_RUN_DIRTY) {
    if (have > pages) {
      panamem_age_replace(first, first + pages);
    } else {
      panamem_age_remove(first);
    }
    heap->dirty_bytes -= bytes_of(pages);
    return;
  }
  set_committed(heap->committed_bytes + bytes_of(pages));
  heap->committed_total_bytes += bytes_of(pages);
  if (heap->committed_bytes > heap->committed_peak_bytes) {
    heap->committed_peak_bytes = heap->committed_bytes;
  }
}

static uint32_t take_dirty(uint32_t pages, uint32_t domain) {
  uint32_t first = panamem_run_find(pages, PANAMEM_RUN_DIRTY);
  if (first != 0) {
    carve(first, pages, domain);
  }
  return first;
}

static uint32_t take_clean(uint32_t pages, uint32_t domain) {
  if (!limits_allow(domain, bytes_of(pages), bytes_of(pages))) {
    panamem_heap.page_heap.refused_limit++;
    return 0;
  }
  uint32_t first = panamem_run_find(pages, PANAMEM_RUN_CLEAN);
  if (first == 0 && address_space_allows(bytes_of(pages)) && arenas_extend(pages)) {
    first = panamem_run_find(pages, PANAMEM_RUN_CLEAN);
  }
  if (first == 0) {
    panamem_heap.page_heap.refused_os++;
    return 0;
  }
  carve(first, pages, domain);
  return first;
}

uint32_t panamem_run_take(uint32_t pages, uint32_t domain, bool *zeroed) {
  *zeroed = false;
  if (!limits_allow(domain, bytes_of(pages), 0)) {
    panamem_heap.page_heap.refused_limit++;
    return 0;
  }
  uint32_t first = take_dirty(pages, domain);
  if (first != 0) {
    return first;
  }
  uint64_t refused_limit = panamem_heap.page_heap.refused_limit;
  uint64_t refused_os = panamem_heap.page_heap.refused_os;
  first = take_clean(pages, domain);
  if (first == 0 && panamem_heap.page_heap.dirty_bytes > 0) {
    panamem_heap.page_heap.refused_limit = refused_limit;
    panamem_heap.page_heap.refused_os = refused_os;
    panamem_runs_purge(0);
    first = take_clean(pages, domain);
  }
  *zeroed = first != 0;
  return first;
}

static uint64_t dirty_cap_bytes(const struct panamem_page_heap *heap) {
  uint64_t used_bytes = heap->committed_bytes - heap->dirty_bytes;
  return heap->dirty_follows_use != 0 && used_bytes > heap->dirty_cap_bytes ? used_bytes : heap->dirty_cap_bytes;
}

void panamem_run_give(uint32_t first, uint32_t pages, uint32_t domain) {
  struct panamem_page_heap *heap = &panamem_heap.page_heap;
  heap->used_bytes[domain] -= bytes_of(pages);
  heap->dirty_bytes += bytes_of(pages);
  link_merged(first, pages, PANAMEM_RUN_DIRTY);
  uint64_t cap_bytes = dirty_cap_bytes(heap);
  if (heap->dirty_bytes > cap_bytes) {
    panamem_runs_purge(cap_bytes);
  }
}

void panamem_runs_purge(uint64_t keep_bytes) {
  struct panamem_page_heap *heap = &panamem_heap.page_heap;
  while (heap->dirty_bytes > keep_bytes && heap->dirty_oldest != 0) {
    uint32_t first = heap->dirty_oldest;
    uint32_t pages = panamem_record(first)->run_pages;
    if (madvise(panamem_page_address(first), bytes_of(pages), MADV_DONTNEED) != 0) {
      return;
    }
    panamem_run_unlink(first);
    panamem_age_remove(first);
    heap->dirty_bytes -= bytes_of(pages);
    set_committed(heap->committed_bytes - bytes_of(pages));
    heap->purged_total_bytes += bytes_of(pages);
    link_merged(first, pages, PANAMEM_RUN_CLEAN);
  }
}
