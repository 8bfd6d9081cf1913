/* SPDX-License-Identifier: Apache-2.0
 *
 * The least that keeps the equations of abi.h: push on the pool's free list, list a pool that was full, and note a pool
 * that became empty.
 */
#include "pymalloc_pool.h"

#include <stddef.h>

#include "heap.h"
#include "lock.h"
#include "pymalloc_map.h"

static void list_first(struct panamem_py_pool *pool) {
  uint64_t *first = &panamem_heap.pymalloc.used[pool->szidx];
  pool->prevpool = 0;
  pool->nextpool = *first;
  if (*first != 0) {
    ((struct panamem_py_pool *)*first)->prevpool = (uint64_t)pool;
  }
  *first = (uint64_t)pool;
  pool->listed = 1;
}

/* Does a block of the pool that was handed out begin here? Not whether it is still out. */
static bool is_block(const struct panamem_py_pool *pool, const void *block) {
  uint64_t offset = (uint64_t)block - (uint64_t)pool;
  return pool->count > 0 && pool->szidx < PANAMEM_PY_CLASSES && offset >= sizeof *pool && offset < pool->nextoffset &&
         (offset - sizeof *pool) % panamem_py_block_bytes(pool->szidx) == 0;
}

/* The lock is held. */
static bool give(void *block) {
  struct panamem_py_pool *pool = panamem_py_pool_of(block);
  if (!is_block(pool, block)) {
    return false;
  }
  bool was_full = pool->freeblock == 0;
  *(uint64_t *)block = pool->freeblock;
  pool->freeblock = (uint64_t)block;
  pool->count--;
  if (was_full) {
    list_first(pool);
  }
  if (pool->count == 0) {
    panamem_heap.pymalloc.emptied[pool->szidx]++;
  }
  return true;
}

bool panamem_py_give(void *block) {
  panamem_lock(&panamem_heap.pymalloc.lock);
  bool given = give(block);
  panamem_unlock(&panamem_heap.pymalloc.lock);
  return given;
}

uint32_t panamem_py_flush(struct panamem_thread *thread, uint32_t bin, uint32_t count) {
  void **blocks = thread->magazines[bin].base + 1;
  uint32_t given = 0;
  panamem_lock(&panamem_heap.pymalloc.lock);
  while (given < count && panamem_py_pool_of(blocks[given])->szidx == panamem_py_class_of_bin(bin) &&
         give(blocks[given])) {
    given++;
  }
  panamem_unlock(&panamem_heap.pymalloc.lock);
  return given;
}
