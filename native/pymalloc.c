/* SPDX-License-Identifier: Apache-2.0
 *
 * Whose block is it? In the range: the fallback's, made while Java could not serve. In an arena of the map: a pool's.
 * Else: the raw domain's. While the gate is shut new blocks come from the fallback, and blocks of pools go back in C.
 */
#include "pymalloc.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "entry.h"
#include "fast_path.h"
#include "heap.h"
#include "invalid.h"
#include "magazine.h"
#include "magazine_top.h"
#include "pymalloc_arena.h"
#include "pymalloc_host.h"
#include "pymalloc_map.h"
#include "pymalloc_pool.h"
#include "slots.h"
#include "start.h"
#include "thread.h"

#define OFFERS_MOST 4 /* other threads may take what one offers */

/* 0 and what is too large wrap to one range. */
static inline bool is_small(size_t bytes) {
  return bytes - 1 < PANAMEM_PY_SMALL_MAX_BYTES;
}

static inline uint32_t bin_of(size_t bytes) {
  return panamem_py_bin((uint32_t)(bytes - 1) / PANAMEM_ALIGNMENT);
}

/* ---- The raw domain ------------------------------------------------------------------------------------------------------ */

static void *count_raw(void *block) {
  if (block != NULL) {
    __atomic_fetch_add(&panamem_heap.pymalloc.raw_blocks, 1, __ATOMIC_RELAXED);
  }
  return block;
}

static void free_raw(void *block) {
  panamem_py_host.raw_free(block);
  __atomic_fetch_sub(&panamem_heap.pymalloc.raw_blocks, 1, __ATOMIC_RELAXED);
}

/* ---- Malloc and calloc ---------------------------------------------------------------------------------------------------- */

static uint32_t refill(struct panamem_thread *thread, uint32_t bin) {
  panamem_slots_grow(thread, bin);
  uint32_t capacity = panamem_magazine_capacity(&thread->magazines[bin]);
  if (capacity == 0) {
    return 0;
  }
  uint32_t count = panamem_magazine_batch(capacity);
  int64_t pushed = panamem_cross(thread, PANAMEM_ENTRY_POOL_REFILL, (int64_t)thread, bin, count);
  for (int offers = 0; pushed == 0 && offers < OFFERS_MOST && panamem_py_offer_arena(); offers++) {
    pushed = panamem_cross(thread, PANAMEM_ENTRY_POOL_REFILL, (int64_t)thread, bin, count);
  }
  panamem_py_free_released();
  return (uint32_t)pushed;
}

/* The last chance is the raw domain, as in CPython. */
static void *allocate_small(struct panamem_thread *thread, size_t bytes) {
  struct panamem_magazine *magazine = &thread->magazines[bin_of(bytes)];
  void *block = panamem_magazine_pop(magazine);
  if (block == NULL && refill(thread, bin_of(bytes)) > 0) {
    block = panamem_magazine_pop(magazine);
  }
  return block != NULL ? block : count_raw(panamem_py_host.raw_malloc(bytes));
}

static NOINLINE void *malloc_slow(void *ctx, size_t bytes) {
  if (!is_small(bytes)) {
    return count_raw(panamem_py_host.raw_malloc(bytes));
  }
  if (!panamem_prepare_and_boot_when_due()) {
    return count_raw(panamem_py_host.raw_malloc(bytes));
  }
  struct panamem_thread *thread = panamem_thread_ensure();
  if (thread == NULL || !panamem_gate_open(thread)) {
    return panamem_arena_malloc(ctx, bytes);
  }
  return allocate_small(thread, bytes);
}

void *panamem_pymalloc_malloc(void *ctx, size_t bytes) {
  if (LIKELY(is_small(bytes))) {
    void *block = panamem_magazine_pop(&panamem_self->magazines[bin_of(bytes)]);
    if (LIKELY(block != NULL)) {
      return block;
    }
  }
  return malloc_slow(ctx, bytes);
}

void *panamem_pymalloc_calloc(void *ctx, size_t count, size_t element_bytes) {
  size_t bytes;
  if (__builtin_mul_overflow(count, element_bytes, &bytes) || !is_small(bytes)) {
    return count_raw(panamem_py_host.raw_calloc(count, element_bytes));
  }
  void *block = panamem_pymalloc_malloc(ctx, bytes);
  return block == NULL ? NULL : memset(block, 0, bytes);
}

/* ---- Free ------------------------------------------------------------------------------------------------------------------- */

static void flush(struct panamem_thread *thread, uint32_t bin) {
  struct panamem_magazine *magazine = &thread->magazines[bin];
  uint32_t count = panamem_magazine_batch(panamem_magazine_capacity(magazine));
  bool open = panamem_gate_open(thread);
  uint32_t given = open ? (uint32_t)panamem_cross(thread, PANAMEM_ENTRY_POOL_FLUSH, (int64_t)thread, bin, count)
                        : panamem_py_flush(thread, bin, count);
  if (given < count) {
    panamem_invalid_block("free", magazine->base[1 + given]);
  }
  size_t left = (size_t)(magazine->top - magazine->base) - count;
  memmove(magazine->base + 1, magazine->base + 1 + count, left * sizeof magazine->base[0]);
  magazine->top -= count;
  if (open) {
    panamem_py_free_released();
  }
}

static NOINLINE void free_pooled_slow(void *block) {
  struct panamem_thread *thread = panamem_thread_ensure();
  uint32_t bin = panamem_py_bin(panamem_py_pool_of(block)->szidx);
  if (thread != NULL && bin < PANAMEM_MAGAZINES) {
    struct panamem_magazine *magazine = &thread->magazines[bin];
    if (magazine->top == magazine->limit && panamem_slots_grow(thread, bin) != PANAMEM_GROWN &&
        magazine->top > magazine->base) {
      flush(thread, bin);
    }
    if (magazine->top != magazine->limit) {
      *++magazine->top = block;
      return;
    }
  }
  if (!panamem_py_give(block)) {
    panamem_invalid_block("free", block);
  }
}

static inline void free_pooled(void *block) {
  uint32_t bin = panamem_py_bin(panamem_py_pool_of(block)->szidx);
  if (LIKELY(bin < PANAMEM_MAGAZINES)) {
    struct panamem_magazine *magazine = &panamem_self->magazines[bin];
    void **top = magazine->top;
    if (LIKELY(top != magazine->limit)) {
      top[1] = block;
      magazine->top = top + 1;
      return;
    }
  }
  free_pooled_slow(block);
}

void panamem_pymalloc_free(void *ctx, void *block) {
  if (LIKELY(panamem_py_contains(block))) {
    free_pooled(block);
  } else if (panamem_is_ours(block)) {
    panamem_arena_free(ctx, block);
  } else if (block != NULL) {
    free_raw(block);
  }
}

/* ---- Realloc ------------------------------------------------------------------------------------------------------------------ */

/* A block that fits is kept unless a quarter or more of it would be idle. Else it moves; one that cannot stays as it is. */
void *panamem_pymalloc_realloc(void *ctx, void *block, size_t bytes) {
  if (block == NULL) {
    return panamem_pymalloc_malloc(ctx, bytes);
  }
  bool in_range = panamem_is_ours(block);
  size_t block_bytes = in_range ? panamem_block_bytes(block) : panamem_py_usable_bytes(block);
  if (block_bytes == 0) {
    if (in_range) {
      panamem_invalid_block("realloc", block);
    }
    return panamem_py_host.raw_realloc(block, bytes);
  }
  if (bytes <= block_bytes && 4 * bytes > 3 * block_bytes) {
    panamem_thread_count_own_resize();
    return block;
  }
  void *moved = panamem_pymalloc_malloc(ctx, bytes);
  if (moved != NULL) {
    memcpy(moved, block, bytes < block_bytes ? bytes : block_bytes);
    panamem_pymalloc_free(ctx, block);
  }
  return moved;
}
