/* SPDX-License-Identifier: Apache-2.0
 *
 * An offer is made in CPython's order: a slot first, then the arena, then the map's nodes; what fails undoes what was done.
 * Table and nodes come from the raw domain, so that its hooks see them, and stay for the life of the process.
 */
#include "pymalloc_arena.h"

#include <stdint.h>
#include <string.h>

#include "heap.h"
#include "lock.h"
#include "pymalloc_host.h"
#include "pymalloc_map.h"

#define FIRST_SLOTS 16u

static struct panamem_pymalloc *state(void) {
  return &panamem_heap.pymalloc;
}

static struct panamem_py_arena *slot(uint32_t arena) {
  return (struct panamem_py_arena *)state()->arenas + arena;
}

void panamem_py_open(void) {
  state()->map_root = (uint64_t)panamem_py_map_root;
}

/* ---- Slots ------------------------------------------------------------------------------------------------------------- */

/* The lock is held. */
static void push_unused(uint32_t arena) {
  *slot(arena) = (struct panamem_py_arena){.nextarena = state()->unused_arenas};
  state()->unused_arenas = arena;
}

/* Moves the table to one of twice the slots; true when there are more slots than `before`, whoever made them. */
static bool grow_table(uint32_t before) {
  uint32_t slots = before == 0 ? FIRST_SLOTS : 2 * before;
  struct panamem_py_arena *table = panamem_py_host.raw_malloc(slots * sizeof *table);
  if (table == NULL) {
    return false;
  }
  void *surplus = table;
  panamem_lock(&state()->lock);
  if (state()->arena_slots == before) {
    surplus = (void *)state()->arenas;
    if (before > 0) {
      memcpy(table, surplus, before * sizeof *table);
    }
    state()->arenas = (uint64_t)table;
    state()->arena_slots = slots;
    for (uint32_t arena = slots - 1; arena >= before && arena > 0; arena--) {
      push_unused(arena);
    }
  }
  panamem_unlock(&state()->lock);
  panamem_py_host.raw_free(surplus);
  return true;
}

/* A slot that is in no list; 0 without memory. */
static uint32_t take_slot(void) {
  for (;;) {
    panamem_lock(&state()->lock);
    uint32_t arena = state()->unused_arenas;
    uint32_t slots = state()->arena_slots;
    if (arena != 0) {
      state()->unused_arenas = slot(arena)->nextarena;
    }
    panamem_unlock(&state()->lock);
    if (arena != 0 || !grow_table(slots)) {
      return arena;
    }
  }
}

static void give_slot(uint32_t arena) {
  panamem_lock(&state()->lock);
  push_unused(arena);
  panamem_unlock(&state()->lock);
}

/* ---- The map's nodes ----------------------------------------------------------------------------------------------------- */

/* The node behind *link, made when there is none; NULL without memory. */
static uint64_t *node(uint64_t *link, size_t node_bytes, uint64_t *count) {
  uint64_t present = __atomic_load_n(link, __ATOMIC_ACQUIRE);
  if (present != 0) {
    return (uint64_t *)present;
  }
  void *made = panamem_py_host.raw_calloc(1, node_bytes);
  if (made == NULL) {
    return NULL;
  }
  if (__atomic_compare_exchange_n(link, &present, (uint64_t)made, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
    __atomic_fetch_add(count, 1, __ATOMIC_RELAXED);
    return made;
  }
  panamem_py_host.raw_free(made);
  return (uint64_t *)present;
}

static bool make_nodes(uint64_t address) {
  uint64_t *mid =
      node(&panamem_py_map_root[panamem_py_top_index(address)], PANAMEM_PY_MID_BYTES, &state()->map_mid_nodes);
  return mid != NULL && node(&mid[panamem_py_mid_index(address)], PANAMEM_PY_BOT_BYTES, &state()->map_bot_nodes) != NULL;
}

/* ---- Offering and freeing --------------------------------------------------------------------------------------------------- */

/* An arena whose two ends have nodes in the map, or NULL. */
static void *fetch_arena(void) {
  PyObjectArenaAllocator hook;
  panamem_py_host.get_arena_allocator(&hook);
  void *arena = hook.alloc(hook.ctx, PANAMEM_PY_ARENA_BYTES);
  if (arena == NULL) {
    return NULL;
  }
  if (!make_nodes((uint64_t)arena) || !make_nodes((uint64_t)arena + PANAMEM_PY_ARENA_BYTES - 1)) {
    hook.free(hook.ctx, arena, PANAMEM_PY_ARENA_BYTES);
    return NULL;
  }
  return arena;
}

static void offer(uint32_t arena, void *memory) {
  panamem_lock(&state()->lock);
  *slot(arena) = (struct panamem_py_arena){.address = (uint64_t)memory, .nextarena = state()->offered_arenas};
  state()->offered_arenas = arena;
  state()->arenas_total++;
  state()->arenas_now++;
  if (state()->arenas_now > state()->arenas_peak) {
    state()->arenas_peak = state()->arenas_now;
  }
  panamem_unlock(&state()->lock);
}

bool panamem_py_offer_arena(void) {
  if (__atomic_load_n(&state()->offered_arenas, __ATOMIC_RELAXED) != 0) {
    return true;
  }
  uint32_t arena = take_slot();
  if (arena == 0) {
    return false;
  }
  void *memory = fetch_arena();
  if (memory == NULL) {
    give_slot(arena);
    return false;
  }
  offer(arena, memory);
  return true;
}

/* The address of an arena that was released, whose slot is unused now; NULL when there is none. */
static void *take_released(void) {
  void *memory = NULL;
  panamem_lock(&state()->lock);
  uint32_t arena = state()->released_arenas;
  if (arena != 0) {
    memory = (void *)slot(arena)->address;
    state()->released_arenas = slot(arena)->nextarena;
    state()->arenas_now--;
    push_unused(arena);
  }
  panamem_unlock(&state()->lock);
  return memory;
}

void panamem_py_free_released(void) {
  while (__atomic_load_n(&state()->released_arenas, __ATOMIC_RELAXED) != 0) {
    void *memory = take_released();
    if (memory != NULL) {
      PyObjectArenaAllocator hook;
      panamem_py_host.get_arena_allocator(&hook);
      hook.free(hook.ctx, memory, PANAMEM_PY_ARENA_BYTES);
    }
  }
}
