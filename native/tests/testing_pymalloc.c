/* SPDX-License-Identifier: Apache-2.0
 *
 * What the Java tests need of the C side of `pymalloc`: an arena allocator whose arenas lie where a test wants them, offers,
 * and the fallback that gives blocks back.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "../heap.h"
#include "../pymalloc_arena.h"
#include "../pymalloc_host.h"
#include "../pymalloc_map.h"
#include "../pymalloc_pool.h"
#include "../slots.h"

#define EXPORT __attribute__((visibility("default")))

static int64_t arena_offset;
static int64_t arenas_left;
static int64_t arenas_given, arenas_taken_back;

static void *give_arena(void *ctx, size_t size) {
  (void)ctx;
  if (arenas_left == 0) {
    return NULL;
  }
  void *mapped = mmap(NULL, 3 * size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (mapped == MAP_FAILED) {
    return NULL;
  }
  arenas_left--;
  arenas_given++;
  uint64_t aligned = ((uint64_t)mapped + size - 1) & ~((uint64_t)size - 1);
  return (void *)(aligned + (uint64_t)arena_offset);
}

static void take_arena_back(void *ctx, void *arena, size_t size) {
  (void)ctx;
  madvise(arena, size, MADV_DONTNEED);
  arenas_taken_back++;
}

static void get_arena_allocator(PyObjectArenaAllocator *allocator) {
  *allocator = (PyObjectArenaAllocator){NULL, give_arena, take_arena_back};
}

/* Chooses `pymalloc` on the heap that was just reset. At most arenas are given, each at offset from a multiple of its size. */
EXPORT int64_t panamem_testing_pymalloc_reset(int64_t offset, int64_t arenas) {
  arena_offset = offset;
  arenas_left = arenas;
  arenas_given = arenas_taken_back = 0;
  panamem_py_host = (struct panamem_py_host){malloc, calloc, realloc, free, get_arena_allocator};
  memset(panamem_py_map_root, 0, sizeof panamem_py_map_root);
  panamem_py_open();
  return 1;
}

/* 1 when an arena stands in offered_arenas. */
EXPORT int64_t panamem_testing_pymalloc_offer(void) {
  return panamem_py_offer_arena();
}

/* Frees what was released, and answers how many arenas were taken back since the reset. */
EXPORT int64_t panamem_testing_pymalloc_taken_back(void) {
  panamem_py_free_released();
  return arenas_taken_back;
}

EXPORT int64_t panamem_testing_pymalloc_given(void) {
  return arenas_given;
}

/* 1, or 0 when the block is not one that is out: as C does while Java cannot serve. */
EXPORT int64_t panamem_testing_pymalloc_fallback_free(int64_t block) {
  return panamem_py_give((void *)block);
}

/* Opens the thread's magazines of `pymalloc` as far as they go, whatever its other magazines hold. */
EXPORT int64_t panamem_testing_pymalloc_open(int64_t thread_address) {
  struct panamem_thread *thread = (struct panamem_thread *)thread_address;
  uint64_t cap_bytes = panamem_magazine_cap_bytes;
  panamem_magazine_cap_bytes = UINT64_MAX;
  for (uint32_t bin = PANAMEM_PY_BINS + 1; bin < PANAMEM_MAGAZINES; bin++) {
    while (panamem_slots_grow(thread, bin) == PANAMEM_GROWN) {
    }
  }
  panamem_magazine_cap_bytes = cap_bytes;
  return 1;
}
