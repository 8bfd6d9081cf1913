/* SPDX-License-Identifier: Apache-2.0
 *
 * Which addresses lie in an arena of `pymalloc`: three loads in the radix map of abi.h, without a lock.
 *
 * The answer is exact for a block that the caller owns, and "no" for any address outside all arenas, whatever other
 * threads add or remove meanwhile.
 */
#ifndef PANAMEM_NATIVE_PYMALLOC_MAP_H
#define PANAMEM_NATIVE_PYMALLOC_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../include/panamem/abi.h"

#define PANAMEM_PY_BOT_SHIFT PANAMEM_PY_ARENA_SHIFT
#define PANAMEM_PY_MID_SHIFT (PANAMEM_PY_BOT_SHIFT + PANAMEM_PY_BOT_BITS)
#define PANAMEM_PY_TOP_SHIFT (PANAMEM_PY_MID_SHIFT + PANAMEM_PY_MID_BITS)

#define PANAMEM_PY_ROOT_BYTES (sizeof(uint64_t) << PANAMEM_PY_TOP_BITS)
#define PANAMEM_PY_MID_BYTES (sizeof(uint64_t) << PANAMEM_PY_MID_BITS)
#define PANAMEM_PY_BOT_BYTES (sizeof(struct panamem_py_leaf) << PANAMEM_PY_BOT_BITS)

extern uint64_t panamem_py_map_root[1 << PANAMEM_PY_TOP_BITS];

static inline size_t panamem_py_top_index(uint64_t address) {
  return address >> PANAMEM_PY_TOP_SHIFT;
}

static inline size_t panamem_py_mid_index(uint64_t address) {
  return address >> PANAMEM_PY_MID_SHIFT & ((1u << PANAMEM_PY_MID_BITS) - 1);
}

static inline size_t panamem_py_bot_index(uint64_t address) {
  return address >> PANAMEM_PY_BOT_SHIFT & ((1u << PANAMEM_PY_BOT_BITS) - 1);
}

static inline bool panamem_py_contains(const void *block) {
  uint64_t address = (uint64_t)block;
  const uint64_t *mid = (const uint64_t *)__atomic_load_n(
      &panamem_py_map_root[panamem_py_top_index(address)], __ATOMIC_ACQUIRE);
  if (mid == NULL) {
    return false;
  }
  const struct panamem_py_leaf *bot =
      (const struct panamem_py_leaf *)__atomic_load_n(&mid[panamem_py_mid_index(address)], __ATOMIC_ACQUIRE);
  if (bot == NULL) {
    return false;
  }
  const struct panamem_py_leaf *leaf = &bot[panamem_py_bot_index(address)];
  int32_t offset = (int32_t)(address & (PANAMEM_PY_ARENA_BYTES - 1));
  int32_t tail_hi = __atomic_load_n(&leaf->tail_hi, __ATOMIC_RELAXED);
  return offset < __atomic_load_n(&leaf->tail_lo, __ATOMIC_RELAXED) || (offset >= tail_hi && tail_hi != 0);
}

/* The header of the pool around a block. */
static inline struct panamem_py_pool *panamem_py_pool_of(const void *block) {
  return (struct panamem_py_pool *)((uint64_t)block & ~((uint64_t)PANAMEM_PY_POOL_BYTES - 1));
}

static inline uint32_t panamem_py_block_bytes(uint32_t size_class) {
  return (size_class + 1) * PANAMEM_ALIGNMENT;
}

static inline uint32_t panamem_py_pool_blocks(uint32_t size_class) {
  return (PANAMEM_PY_POOL_BYTES - (uint32_t)sizeof(struct panamem_py_pool)) / panamem_py_block_bytes(size_class);
}

static inline uint32_t panamem_py_bin(uint32_t size_class) {
  return PANAMEM_PY_BINS + 1 + size_class;
}

static inline uint32_t panamem_py_class_of_bin(uint32_t bin) {
  return bin - (PANAMEM_PY_BINS + 1);
}

/* Usable bytes of a live block in a pool; 0 for any other address. */
static inline size_t panamem_py_usable_bytes(const void *block) {
  return panamem_py_contains(block) ? panamem_py_block_bytes(panamem_py_pool_of(block)->szidx) : 0;
}

#endif
