/* SPDX-License-Identifier: Apache-2.0
 *
 * Pools count the blocks that left them; those in magazines are taken off.
 */
#include "pymalloc_tally.h"

#include <string.h>

#include "heap.h"
#include "lock.h"
#include "pymalloc_map.h"
#include "slots.h"

static void add_thread(struct panamem_py_tally *tally, const struct panamem_thread *thread) {
  for (uint32_t size_class = 0; size_class < PANAMEM_PY_CLASSES; size_class++) {
    const struct panamem_magazine *magazine = &thread->magazines[panamem_py_bin(size_class)];
    void *const *slots;
    tally->classes[size_class].ready_blocks += panamem_slots_ready(magazine, &slots);
    tally->allocations += magazine->allocations;
  }
}

static void add_pool(struct panamem_py_tally *tally, const struct panamem_py_pool *pool) {
  if (pool->count == 0) {
    tally->unused_pools++;
    return;
  }
  struct panamem_py_class_tally *class = &tally->classes[pool->szidx];
  class->pools++;
  class->live_blocks += pool->count; /* the ready ones are taken off later */
  class->free_blocks += panamem_py_pool_blocks(pool->szidx) - pool->count;
}

/* Java has not divided an arena that is only offered; none of its pools begins below pool_address then. */
static void add_arena(struct panamem_py_tally *tally, const struct panamem_py_arena *arena) {
  uint64_t first = (arena->address + PANAMEM_PY_POOL_BYTES - 1) & ~((uint64_t)PANAMEM_PY_POOL_BYTES - 1);
  uint64_t pools = PANAMEM_PY_ARENA_POOLS - (first != arena->address);
  uint64_t pool = first;
  for (; pool < arena->pool_address; pool += PANAMEM_PY_POOL_BYTES) {
    add_pool(tally, (const struct panamem_py_pool *)pool);
  }
  tally->unused_pools += pools - ((pool - first) >> PANAMEM_PY_POOL_SHIFT);
  tally->unaligned_arenas += first != arena->address;
}

static void add_heap(struct panamem_py_tally *tally, const struct panamem_pymalloc *state) {
  const struct panamem_py_arena *arenas = (const struct panamem_py_arena *)state->arenas;
  for (uint32_t arena = 1; arena < state->arena_slots; arena++) {
    if (arenas[arena].address != 0) {
      add_arena(tally, &arenas[arena]);
    }
  }
  tally->arenas_total = state->arenas_total;
  tally->arenas_now = state->arenas_now;
  tally->arenas_peak = state->arenas_peak;
  tally->map_mid_nodes = state->map_mid_nodes;
  tally->map_bot_nodes = state->map_bot_nodes;
  tally->raw_blocks = __atomic_load_n(&state->raw_blocks, __ATOMIC_RELAXED);
}

void panamem_py_tally_take(struct panamem_py_tally *tally) {
  memset(tally, 0, sizeof *tally);
  panamem_lock(&panamem_heap.registry_lock);
  panamem_lock(&panamem_heap.pymalloc.lock);
  tally->allocations = panamem_heap.pymalloc.allocations;
  for (const struct panamem_thread *thread = panamem_heap.threads; thread != NULL; thread = thread->next) {
    add_thread(tally, thread);
  }
  add_heap(tally, &panamem_heap.pymalloc);
  panamem_unlock(&panamem_heap.pymalloc.lock);
  panamem_unlock(&panamem_heap.registry_lock);
  for (uint32_t size_class = 0; size_class < PANAMEM_PY_CLASSES; size_class++) {
    struct panamem_py_class_tally *class = &tally->classes[size_class];
    if (class->ready_blocks > class->live_blocks) { /* a magazine was filled meanwhile */
      class->ready_blocks = class->live_blocks;
    }
    class->live_blocks -= class->ready_blocks;
    tally->live_blocks += class->live_blocks;
    tally->live_bytes += class->live_blocks * panamem_py_block_bytes(size_class);
  }
}
