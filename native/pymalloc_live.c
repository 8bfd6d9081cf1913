/* SPDX-License-Identifier: Apache-2.0
 *
 * A pool knows its free blocks only as a list and an end, so what is out is what is left.
 */
#include "pymalloc_live.h"

#include <string.h>

#include "heap.h"
#include "lock.h"
#include "pymalloc_map.h"

#define WORD_BITS 64u

static uint64_t first_pool(const struct panamem_py_arena *arena) {
  return (arena->address + PANAMEM_PY_POOL_BYTES - 1) & ~((uint64_t)PANAMEM_PY_POOL_BYTES - 1);
}

/* The lowest pool above the address that has a block out; 0 when there is none. */
static uint64_t next_pool(const struct panamem_py_arena *arena, uint64_t after) {
  uint64_t pool = first_pool(arena);
  if (after >= pool) {
    pool = after + PANAMEM_PY_POOL_BYTES;
  }
  while (pool < arena->pool_address && ((const struct panamem_py_pool *)pool)->count == 0) {
    pool += PANAMEM_PY_POOL_BYTES;
  }
  return pool < arena->pool_address ? pool : 0;
}

static uint64_t lowest_pool(const struct panamem_pymalloc *state, uint64_t after) {
  const struct panamem_py_arena *arenas = (const struct panamem_py_arena *)state->arenas;
  uint64_t lowest = 0;
  for (uint32_t arena = 1; arena < state->arena_slots; arena++) {
    uint64_t pool = arenas[arena].address == 0 ? 0 : next_pool(&arenas[arena], after);
    if (pool != 0 && (lowest == 0 || pool < lowest)) {
      lowest = pool;
    }
  }
  return lowest;
}

static void copy(struct panamem_py_live *live, const struct panamem_py_pool *pool) {
  live->first_block = (uint64_t)pool + sizeof *pool;
  live->block_bytes = panamem_py_block_bytes(pool->szidx);
  live->blocks = (pool->nextoffset - (uint32_t)sizeof *pool) / live->block_bytes;
  memset(live->bitmap, 0xff, sizeof live->bitmap);
  for (uint64_t block = pool->freeblock; block != 0; block = *(const uint64_t *)block) {
    uint64_t index = (block - live->first_block) / live->block_bytes;
    live->bitmap[index / WORD_BITS] &= ~((uint64_t)1 << index % WORD_BITS);
  }
}

bool panamem_py_next_live(struct panamem_py_live *live) {
  panamem_lock(&panamem_heap.pymalloc.lock);
  live->pool = lowest_pool(&panamem_heap.pymalloc, live->pool);
  if (live->pool != 0) {
    copy(live, (const struct panamem_py_pool *)live->pool);
  }
  panamem_unlock(&panamem_heap.pymalloc.lock);
  return live->pool != 0;
}
