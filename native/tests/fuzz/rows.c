/* SPDX-License-Identifier: Apache-2.0
 *
 * Steps that lay rows above ours: hooks that pass on what they are asked, CPython's debug hooks, and arena allocators.
 */
#include "fuzz.h"

#include <string.h>

#define LAYERS_MOST 3

struct layer {
  PyMemAllocatorEx under;
  uint64_t calls;
};

static struct layer layers[DOMAINS][LAYERS_MOST];
static int heights[DOMAINS];
static PyMemAllocatorEx before_hooks[DOMAINS];
static PyObjectArenaAllocator first_arena_allocator;
static bool arena_allocator_is_ours;

/* ---- Hooks that pass on ------------------------------------------------------------------------------------------------- */

static void *layer_malloc(void *ctx, size_t size) {
  struct layer *layer = ctx;
  __atomic_fetch_add(&layer->calls, 1, __ATOMIC_RELAXED);
  return layer->under.malloc(layer->under.ctx, size);
}

static void *layer_calloc(void *ctx, size_t nelem, size_t elsize) {
  struct layer *layer = ctx;
  __atomic_fetch_add(&layer->calls, 1, __ATOMIC_RELAXED);
  return layer->under.calloc(layer->under.ctx, nelem, elsize);
}

static void *layer_realloc(void *ctx, void *ptr, size_t new_size) {
  struct layer *layer = ctx;
  __atomic_fetch_add(&layer->calls, 1, __ATOMIC_RELAXED);
  return layer->under.realloc(layer->under.ctx, ptr, new_size);
}

static void layer_free(void *ctx, void *ptr) {
  struct layer *layer = ctx;
  __atomic_fetch_add(&layer->calls, 1, __ATOMIC_RELAXED);
  layer->under.free(layer->under.ctx, ptr);
}

static void set_row(PyMemAllocatorDomain domain, PyMemAllocatorEx row) {
  PyMemAllocatorEx now;
  PyMem_SetAllocator(domain, &row);
  PyMem_GetAllocator(domain, &now);
  EXPECT(memcmp(&now, &row, sizeof now) == 0, "PyMem_GetAllocator of domain %d tells another row than was set", (int)domain);
}

void step_push_row(struct world *world) {
  PyMemAllocatorDomain domain = (PyMemAllocatorDomain)input_below(&world->input, DOMAINS);
  if (heights[domain] == LAYERS_MOST) {
    return;
  }
  struct layer *layer = &layers[domain][heights[domain]++];
  layer->calls = 0;
  PyMem_GetAllocator(domain, &layer->under);
  set_row(domain, (PyMemAllocatorEx){layer, layer_malloc, layer_calloc, layer_realloc, layer_free});
  families[domain].free(NULL);
  EXPECT(layer->calls == 1, "the row that was set for domain %d is not called", (int)domain);
}

static void pop_row(PyMemAllocatorDomain domain) {
  set_row(domain, layers[domain][--heights[domain]].under);
}

void step_pop_row(struct world *world) {
  PyMemAllocatorDomain domain = (PyMemAllocatorDomain)input_below(&world->input, DOMAINS);
  if (heights[domain] > 0) {
    pop_row(domain);
  }
}

/* ---- Debug hooks -------------------------------------------------------------------------------------------------------- */

static bool rows_are_plain(void) {
  return heights[0] == 0 && heights[1] == 0 && heights[2] == 0;
}

/* Only over a heap in which nothing lives: a block from before has no padding. A second call changes nothing. */
void step_debug_hooks(struct world *world) {
  bool nothing_lives = world->live_blocks[0] + world->live_blocks[1] + world->live_blocks[2] == 0;
  bool are_there = mode.debug || world->hooks_set;
  if (!are_there && (!nothing_lives || !rows_are_plain() || world->os_refuses)) {
    return;
  }
  for (int domain = 0; domain < DOMAINS && !are_there; domain++) {
    PyMem_GetAllocator((PyMemAllocatorDomain)domain, &before_hooks[domain]);
  }
  PyMem_SetupDebugHooks();
  world->hooks_set = !mode.debug;
}

static int gil_is_held(void) {
  return 1;
}

void step_gil_check(struct world *world) {
  panamem_set_gil_check(input_byte(&world->input) % 2 == 0 ? gil_is_held : NULL);
}

/* ---- Arena allocators ---------------------------------------------------------------------------------------------------- */

static bool arenas_refused;

static void *arena_alloc(void *ctx, size_t size) {
  (void)ctx;
  return arenas_refused ? NULL : first_arena_allocator.alloc(first_arena_allocator.ctx, size);
}

static void arena_free(void *ctx, void *arena, size_t size) {
  (void)ctx;
  first_arena_allocator.free(first_arena_allocator.ctx, arena, size);
}

void step_arena_allocator(struct world *world) {
  PyObjectArenaAllocator ours = {&arenas_refused, arena_alloc, arena_free}, now;
  if (!arena_allocator_is_ours) {
    PyObject_GetArenaAllocator(&first_arena_allocator);
    arena_allocator_is_ours = true;
  }
  arenas_refused = input_byte(&world->input) % 4 == 0;
  PyObject_SetArenaAllocator(&ours);
  PyObject_GetArenaAllocator(&now);
  EXPECT(memcmp(&now, &ours, sizeof now) == 0, "PyObject_GetArenaAllocator tells another allocator than was set");
}

void rows_restore(struct world *world) {
  for (int domain = 0; domain < DOMAINS; domain++) {
    while (heights[domain] > 0) {
      pop_row((PyMemAllocatorDomain)domain);
    }
    if (world->hooks_set) {
      set_row((PyMemAllocatorDomain)domain, before_hooks[domain]);
    }
  }
  world->hooks_set = false;
  if (arena_allocator_is_ours) {
    PyObject_SetArenaAllocator(&first_arena_allocator);
    arena_allocator_is_ours = false;
  }
  panamem_set_gil_check(NULL);
}
