/* SPDX-License-Identifier: Apache-2.0
 *
 * From a live block to the site that asked for it and the bytes that were asked for: one word for each 16 bytes of address
 * space, found by two tables and an index. Only blocks that are aligned to 16 bytes below 2^47 are known.
 *
 *   address   bits 46..31  root ► node   bits 30..20  node ► leaf   bits 19..4  leaf ► word
 *
 * Where few blocks are traced, a bit for each word tells at once that a block is none of them: 64 bytes of bits speak for
 * 8 KiB of heap. A block's word is written by whoever owns the block.
 */
#ifndef PANAMEM_NATIVE_TRACE_MAP_H
#define PANAMEM_NATIVE_TRACE_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PANAMEM_TRACED_MOST_BYTES ((1ull << 40) - 1) /* a larger block counts as so large */

#define PANAMEM_TRACED_GRANULE_SHIFT 4
#define PANAMEM_TRACED_LEAF_SHIFT 20
#define PANAMEM_TRACED_NODE_SHIFT 31
#define PANAMEM_TRACED_ADDRESS_BITS 47
#define PANAMEM_TRACED_WORDS (1u << (PANAMEM_TRACED_LEAF_SHIFT - PANAMEM_TRACED_GRANULE_SHIFT))
#define PANAMEM_TRACED_NODE_ENTRIES (1u << (PANAMEM_TRACED_NODE_SHIFT - PANAMEM_TRACED_LEAF_SHIFT))
#define PANAMEM_TRACED_ROOT_ENTRIES (1u << (PANAMEM_TRACED_ADDRESS_BITS - PANAMEM_TRACED_NODE_SHIFT))

/* word = site << 41 | is code << 40 | bytes */
#define PANAMEM_TRACED_CODE (1ull << 40)
#define PANAMEM_TRACED_SITE_SHIFT 41

struct panamem_traced_leaf {
  uint64_t bits[PANAMEM_TRACED_WORDS / 64];
  uint64_t words[PANAMEM_TRACED_WORDS];
};

struct panamem_traced_map {
  struct panamem_traced_leaf **root[PANAMEM_TRACED_ROOT_ENTRIES];
  bool is_sparse; /* set before the first block, if ever */
};
extern struct panamem_traced_map panamem_traced_map;

static inline struct panamem_traced_leaf *panamem_traced_leaf(uintptr_t address) {
  if (address >> PANAMEM_TRACED_ADDRESS_BITS != 0 || address % (1u << PANAMEM_TRACED_GRANULE_SHIFT) != 0) {
    return NULL;
  }
  struct panamem_traced_leaf **node =
      __atomic_load_n(&panamem_traced_map.root[address >> PANAMEM_TRACED_NODE_SHIFT], __ATOMIC_ACQUIRE);
  return node == NULL ? NULL
                      : __atomic_load_n(&node[address >> PANAMEM_TRACED_LEAF_SHIFT & (PANAMEM_TRACED_NODE_ENTRIES - 1)],
                                        __ATOMIC_ACQUIRE);
}

static inline uint32_t panamem_traced_index(uintptr_t address) {
  return address >> PANAMEM_TRACED_GRANULE_SHIFT & (PANAMEM_TRACED_WORDS - 1);
}

/* A leaf where there was none; NULL without memory, or where no block can be known. */
struct panamem_traced_leaf *panamem_traced_make_leaf(uintptr_t address);

void panamem_traced_set_bit(struct panamem_traced_leaf *leaf, uint32_t index);
void panamem_traced_clear_bit(struct panamem_traced_leaf *leaf, uint32_t index);

/* Remembers a block that was just handed out, by a site other than 0; false without memory, or where a block cannot be
 * known. In *before what was known: a row below may have remembered it already. */
static inline bool panamem_traced_put(const void *block, uint32_t site, uint64_t bytes, uint64_t *before) {
  struct panamem_traced_leaf *leaf = panamem_traced_leaf((uintptr_t)block);
  if (__builtin_expect(leaf == NULL, 0) && (leaf = panamem_traced_make_leaf((uintptr_t)block)) == NULL) {
    return false;
  }
  uint32_t index = panamem_traced_index((uintptr_t)block);
  *before = __atomic_load_n(&leaf->words[index], __ATOMIC_RELAXED);
  __atomic_store_n(&leaf->words[index], (uint64_t)site << PANAMEM_TRACED_SITE_SHIFT | bytes, __ATOMIC_RELAXED);
  if (panamem_traced_map.is_sparse) {
    panamem_traced_set_bit(leaf, index);
  }
  return true;
}

/* Forgets a block that is about to be freed, and answers its word; 0 when nothing was known. A word without a site is of a
 * code object that is not traced. */
static inline uint64_t panamem_traced_take(const void *block) {
  struct panamem_traced_leaf *leaf = panamem_traced_leaf((uintptr_t)block);
  uint32_t index = panamem_traced_index((uintptr_t)block);
  if (leaf == NULL || (panamem_traced_map.is_sparse &&
                       (__atomic_load_n(&leaf->bits[index / 64], __ATOMIC_RELAXED) >> index % 64 & 1) == 0)) {
    return 0;
  }
  uint64_t word = __atomic_load_n(&leaf->words[index], __ATOMIC_RELAXED);
  if (word != 0) {
    __atomic_store_n(&leaf->words[index], 0, __ATOMIC_RELAXED);
    if (panamem_traced_map.is_sparse) {
      panamem_traced_clear_bit(leaf, index);
    }
  }
  return word;
}

static inline uint32_t panamem_traced_site(uint64_t word) {
  return (uint32_t)(word >> PANAMEM_TRACED_SITE_SHIFT);
}

static inline uint64_t panamem_traced_bytes(uint64_t word) {
  return word & PANAMEM_TRACED_MOST_BYTES;
}

/* A serial of the code object that lives in a block of its own: it changes when the block is freed and becomes another
 * code object. 0 without memory. */
uint64_t panamem_traced_code(const void *code);

/* The code object's block was taken; so is its serial. */
void panamem_traced_forget_code(const void *code);

#endif
