/* SPDX-License-Identifier: Apache-2.0
 *
 * One arena at a time is carved, in order, and nothing is given back to it: Java's own rules are tested in Java.
 */
#include "fake_pools.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "../heap.h"
#include "../lock.h"
#include "../pymalloc_arena.h"
#include "../pymalloc_host.h"
#include "../pymalloc_map.h"
#include "../pymalloc_pool.h"
#include "fake_entries.h"

struct fake_pools fake_pools;

static uint32_t carved; /* the arena that is divided just now */

static struct panamem_py_arena *slot(uint32_t arena) {
  return (struct panamem_py_arena *)panamem_heap.pymalloc.arenas + arena;
}

/* ---- The host --------------------------------------------------------------------------------------------------------- */

/* Every raw block, so that those that a test leaves behind can be freed. */
struct raw_block {
  struct raw_block *next, *previous;
};
static struct raw_block raw_blocks = {&raw_blocks, &raw_blocks};

static void *link_raw(struct raw_block *block) {
  *block = (struct raw_block){raw_blocks.next, &raw_blocks};
  block->next->previous = block;
  raw_blocks.next = block;
  return block + 1;
}

static struct raw_block *unlink_raw(void *ptr) {
  struct raw_block *block = (struct raw_block *)ptr - 1;
  block->next->previous = block->previous;
  block->previous->next = block->next;
  return block;
}

static void *raw_malloc(size_t size) {
  fake_pools.raw_mallocs++;
  fake_pools.raw_bytes = size;
  return fake_pools.raw_refuses ? NULL : link_raw(malloc(sizeof(struct raw_block) + size));
}

static void *raw_calloc(size_t nelem, size_t elsize) {
  fake_pools.raw_callocs++;
  fake_pools.raw_bytes = nelem * elsize;
  bool refused = fake_pools.raw_refuses || fake_pools.raw_refuses_nodes;
  return refused ? NULL : link_raw(calloc(1, sizeof(struct raw_block) + nelem * elsize));
}

static void *raw_realloc(void *ptr, size_t new_size) {
  fake_pools.raw_reallocs++;
  fake_pools.raw_bytes = new_size;
  return fake_pools.raw_refuses ? NULL : link_raw(realloc(unlink_raw(ptr), sizeof(struct raw_block) + new_size));
}

static void raw_free(void *ptr) {
  fake_pools.raw_frees++;
  if (ptr != NULL) {
    free(unlink_raw(ptr));
  }
}

/* Memory around the first free multiple. */
static void *map_around(uint64_t multiple, size_t size) {
  for (uint64_t address = multiple; address < (uint64_t)1 << 46; address += multiple) {
    void *wanted = (void *)(address - size / 2);
    void *mapped = mmap(wanted, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    if (mapped == wanted) {
      return mapped;
    }
  }
  return NULL;
}

/* Arenas stay mapped, so that a test may look into one that was taken back. */
static void *give_arena(void *ctx, size_t size) {
  (void)ctx;
  if (fake_pools.hook_refuses || size != PANAMEM_PY_ARENA_BYTES) {
    return NULL;
  }
  fake_pools.arenas_given++;
  if (fake_pools.near_multiple_of != 0) {
    return map_around(fake_pools.near_multiple_of, size);
  }
  void *mapped = mmap(NULL, 3 * size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  uint64_t aligned = ((uint64_t)mapped + size - 1) & ~((uint64_t)size - 1);
  return (void *)(aligned + fake_pools.arena_offset);
}

static void take_arena_back(void *ctx, void *arena, size_t size) {
  (void)ctx;
  (void)arena;
  fake_pools.arenas_taken_back += size == PANAMEM_PY_ARENA_BYTES;
}

static void get_arena_allocator(PyObjectArenaAllocator *allocator) {
  *allocator = (PyObjectArenaAllocator){NULL, give_arena, take_arena_back};
}

/* ---- Java -------------------------------------------------------------------------------------------------------------- */

static struct panamem_py_leaf *leaf(uint64_t address) {
  uint64_t *mid = (uint64_t *)panamem_py_map_root[panamem_py_top_index(address)];
  return (struct panamem_py_leaf *)mid[panamem_py_mid_index(address)] + panamem_py_bot_index(address);
}

static bool enter_offered(void) {
  struct panamem_pymalloc *state = &panamem_heap.pymalloc;
  if (state->offered_arenas == 0) {
    return false;
  }
  carved = state->offered_arenas;
  struct panamem_py_arena *arena = slot(carved);
  state->offered_arenas = arena->nextarena;
  int32_t tail = (int32_t)(arena->address & (PANAMEM_PY_ARENA_BYTES - 1));
  leaf(arena->address)->tail_hi = tail == 0 ? -1 : tail;
  if (tail != 0) {
    leaf(arena->address + PANAMEM_PY_ARENA_BYTES - 1)->tail_lo = tail;
  }
  uint64_t excess = arena->address & (PANAMEM_PY_POOL_BYTES - 1);
  arena->pool_address = excess == 0 ? arena->address : arena->address - excess + PANAMEM_PY_POOL_BYTES;
  arena->ntotalpools = arena->nfreepools = PANAMEM_PY_ARENA_POOLS - (excess != 0);
  return true;
}

static bool open_pool(uint32_t size_class) {
  if ((carved == 0 || slot(carved)->nfreepools == 0) && !enter_offered()) {
    return false;
  }
  struct panamem_py_arena *arena = slot(carved);
  struct panamem_py_pool *pool = (struct panamem_py_pool *)arena->pool_address;
  arena->pool_address += PANAMEM_PY_POOL_BYTES;
  arena->nfreepools--;
  uint32_t block_bytes = panamem_py_block_bytes(size_class);
  *pool = (struct panamem_py_pool){.listed = 1,
                                   .arenaindex = carved,
                                   .szidx = size_class,
                                   .freeblock = (uint64_t)(pool + 1),
                                   .nextoffset = (uint32_t)sizeof *pool + block_bytes,
                                   .maxnextoffset = PANAMEM_PY_POOL_BYTES - block_bytes};
  *(uint64_t *)pool->freeblock = 0;
  panamem_heap.pymalloc.used[size_class] = (uint64_t)pool;
  return true;
}

/* A further pool is opened for the first block of a refill only. */
static void *take(uint32_t size_class, bool is_first) {
  uint64_t *first = &panamem_heap.pymalloc.used[size_class];
  if (*first == 0 && (!is_first || !open_pool(size_class))) {
    return NULL;
  }
  struct panamem_py_pool *pool = (struct panamem_py_pool *)*first;
  uint64_t block = pool->freeblock;
  pool->count++;
  pool->freeblock = *(uint64_t *)block;
  if (pool->freeblock == 0 && pool->nextoffset <= pool->maxnextoffset) {
    pool->freeblock = (uint64_t)pool + pool->nextoffset;
    *(uint64_t *)pool->freeblock = 0;
    pool->nextoffset += panamem_py_block_bytes(size_class);
  } else if (pool->freeblock == 0) {
    pool->listed = 0;
    *first = pool->nextpool;
    if (*first != 0) {
      ((struct panamem_py_pool *)*first)->prevpool = 0;
    }
    pool->nextpool = 0;
  }
  return (void *)block;
}

static int64_t pool_refill(int64_t thread, int64_t bin, int64_t count) {
  struct panamem_magazine *magazine = &((struct panamem_thread *)thread)->magazines[bin];
  __atomic_fetch_add(&fake_pools.refills, 1, __ATOMIC_RELAXED);
  if (fake_pools.refuses) {
    return 0;
  }
  if (count > magazine->limit - magazine->top) {
    abort(); /* C asked for more than the magazine can hold */
  }
  uint32_t size_class = panamem_py_class_of_bin((uint32_t)bin);
  int64_t pushed = 0;
  panamem_lock(&panamem_heap.pymalloc.lock);
  for (void *block; pushed < count && (block = take(size_class, pushed == 0)) != NULL; pushed++) {
    *++magazine->top = block;
  }
  panamem_unlock(&panamem_heap.pymalloc.lock);
  return pushed;
}

static int64_t pool_flush(int64_t thread, int64_t bin, int64_t count) {
  __atomic_fetch_add(&fake_pools.flushes, 1, __ATOMIC_RELAXED);
  return fake_pools.refuses ? 0 : panamem_py_flush((struct panamem_thread *)thread, (uint32_t)bin, (uint32_t)count);
}

static void free_raw_blocks(void) {
  while (raw_blocks.next != &raw_blocks) {
    free(unlink_raw(raw_blocks.next + 1));
  }
}

void fake_pools_serve(void) {
  static bool registered;
  registered = registered || atexit(free_raw_blocks) == 0;
  free_raw_blocks();
  carved = 0;
  fake_pools = (struct fake_pools){0};
  memset(panamem_py_map_root, 0, sizeof panamem_py_map_root);
  memset(&panamem_heap.pymalloc, 0, sizeof panamem_heap.pymalloc);
  panamem_py_host = (struct panamem_py_host){raw_malloc, raw_calloc, raw_realloc, raw_free, get_arena_allocator};
  fake_entries_answer(PANAMEM_ENTRY_POOL_REFILL, pool_refill);
  fake_entries_answer(PANAMEM_ENTRY_POOL_FLUSH, pool_flush);
  panamem_py_open();
}

void fake_pools_release_arena(uint32_t arena) {
  struct panamem_pymalloc *state = &panamem_heap.pymalloc;
  slot(arena)->nextarena = state->released_arenas;
  state->released_arenas = arena;
}
