/* SPDX-License-Identifier: Apache-2.0
 *
 * The range: reserved without access, so that it costs addresses only; arenas become accessible as they are taken.
 *
 * The tables are ordinary zero pages that the OS provides on first touch. Arena 0 stays untaken: page 0 means "none".
 */
#include "range.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>

#include "class.h"
#include "heap.h"

struct panamem_heap panamem_heap;

#define DEFAULT_LEAST_BYTES (64ull << 30)
#define DEFAULT_MEMORY_MULTIPLE 4
#define DEPOT_MAP_BYTES_PER_PAGE (PANAMEM_PAGE_BYTES / PANAMEM_ALIGNMENT / 8)
#define LIMITED_PARTS 4 /* under RLIMIT_AS or RLIMIT_DATA the range takes at most one of these parts: the rest is the JVM's */

static uint64_t tables_bytes(uint64_t range_bytes) {
  uint64_t pages = range_bytes >> PANAMEM_PAGE_SHIFT;
  return pages * (2 + sizeof(struct panamem_page) + DEPOT_MAP_BYTES_PER_PAGE);
}

/* What the OS lets this process map or write to; UINT64_MAX without a limit. */
static uint64_t limited_bytes(void) {
  uint64_t bytes = UINT64_MAX;
  struct rlimit limit;
  if (getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur < bytes) {
    bytes = limit.rlim_cur;
  }
  if (getrlimit(RLIMIT_DATA, &limit) == 0 && limit.rlim_cur < bytes) {
    bytes = limit.rlim_cur;
  }
  return bytes;
}

uint64_t panamem_range_default_bytes(void) {
  uint64_t bytes = DEFAULT_LEAST_BYTES;
  struct sysinfo system;
  if (sysinfo(&system) == 0) {
    uint64_t wanted = (uint64_t)system.totalram * system.mem_unit * DEFAULT_MEMORY_MULTIPLE;
    while (bytes < wanted) {
      bytes *= 2;
    }
  }
  uint64_t most = limited_bytes() / LIMITED_PARTS;
  while (bytes > most && bytes > PANAMEM_RANGE_LEAST_BYTES) {
    bytes /= 2;
  }
  return bytes;
}

/* Maps bytes aligned to an arena, or answers 0. */
static uint64_t map_aligned(uint64_t bytes) {
  void *mapped = mmap(NULL, bytes + PANAMEM_ARENA_BYTES, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (mapped == MAP_FAILED) {
    return 0;
  }
  uint64_t start = (uint64_t)mapped;
  uint64_t aligned = (start + PANAMEM_ARENA_BYTES - 1) & ~((uint64_t)PANAMEM_ARENA_BYTES - 1);
  if (aligned > start) {
    munmap(mapped, aligned - start);
  }
  uint64_t surplus = start + PANAMEM_ARENA_BYTES - aligned;
  if (surplus > 0) {
    munmap((void *)(aligned + bytes), surplus);
  }
  return aligned;
}

static bool reserve(uint64_t range_bytes) {
  uint64_t tables = tables_bytes(range_bytes);
  void *mapped = mmap(NULL, tables, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (mapped == MAP_FAILED) {
    return false;
  }
  uint64_t base = map_aligned(range_bytes);
  if (base == 0) {
    munmap(mapped, tables);
    return false;
  }
  /* Huge pages would fill in metadata that is meant to stay untouched. */
  madvise(mapped, tables, MADV_NOHUGEPAGE);
  uint64_t pages = range_bytes >> PANAMEM_PAGE_SHIFT;
  struct panamem_heap *heap = &panamem_heap;
  heap->records = (uint64_t)mapped;
  heap->depot_map = heap->records + pages * sizeof(struct panamem_page);
  heap->page_map = heap->depot_map + pages * DEPOT_MAP_BYTES_PER_PAGE;
  heap->back_map = heap->page_map + pages;
  heap->page_heap.arenas_taken = 1;
  heap->page_heap.arenas_most = (uint32_t)(range_bytes >> PANAMEM_ARENA_SHIFT);
  heap->range_base = base;
  /* Last, because panamem_is_ours compares with it: until then every block is foreign. */
  __atomic_store_n(&heap->range_bytes, range_bytes, __ATOMIC_RELEASE);
  return true;
}

bool panamem_range_reserve(uint64_t range_bytes) {
  struct panamem_heap *heap = &panamem_heap;
  heap->abi_version = PANAMEM_ABI_VERSION;
  heap->heap_bytes = sizeof *heap;
  panamem_classes_fill(heap->classes);
  if (heap->page_heap.limit_bytes == 0) {
    heap->page_heap.limit_bytes = UINT64_MAX;
  }
  for (int domain = 0; domain < PANAMEM_DOMAINS; domain++) {
    if (heap->page_heap.domain_limit_bytes[domain] == 0) {
      heap->page_heap.domain_limit_bytes[domain] = UINT64_MAX;
    }
  }
  range_bytes &= ~((uint64_t)PANAMEM_ARENA_BYTES - 1);
  for (;;) {
    if (reserve(range_bytes)) {
      return true;
    }
    range_bytes = (range_bytes / 2) & ~((uint64_t)PANAMEM_ARENA_BYTES - 1);
    if (range_bytes < PANAMEM_RANGE_LEAST_BYTES) {
      return false;
    }
  }
}

void panamem_range_release(void) {
  if (panamem_heap.range_base != 0) {
    munmap((void *)panamem_heap.range_base, panamem_heap.range_bytes);
    munmap((void *)panamem_heap.records, tables_bytes(panamem_heap.range_bytes));
  }
  memset(&panamem_heap, 0, sizeof panamem_heap);
}
