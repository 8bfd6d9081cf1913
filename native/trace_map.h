/* SPDX-License-Identifier: Apache-2.0
 *
 * From a live block to the site that asked for it and the bytes that were asked for: 4 bytes for each 16 bytes of address
 * space, found by a table and an index. Only blocks that are aligned to 16 bytes below 2^47 are known.
 *
 *   address   bits 46..22  table ► leaf  bits 21..4  leaf ► word
 *   word      bits 31..11  site          bit 10       is code       bits 9..0   bytes, or LONG
 *
 * A long block has room for more words behind its own: two hold its bytes. A code object has room for one more, its serial.
 * Where few blocks are traced, a bit for each word tells at once that a block is none of them: 64 bytes of bits speak for
 * 8 KiB of heap. A block's words are written by whoever owns the block.
 */
#ifndef PANAMEM_NATIVE_TRACE_MAP_H
#define PANAMEM_NATIVE_TRACE_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PANAMEM_TRACED_SITE_BITS 21 /* so many sites can be told apart */

#define PANAMEM_TRACED_GRANULE_SHIFT 4
#define PANAMEM_TRACED_LEAF_SHIFT 22
#define PANAMEM_TRACED_ADDRESS_BITS 47
#define PANAMEM_TRACED_WORDS (1u << (PANAMEM_TRACED_LEAF_SHIFT - PANAMEM_TRACED_GRANULE_SHIFT))
#define PANAMEM_TRACED_LEAVES (1u << (PANAMEM_TRACED_ADDRESS_BITS - PANAMEM_TRACED_LEAF_SHIFT))

#define PANAMEM_TRACED_SITE_SHIFT (32 - PANAMEM_TRACED_SITE_BITS)
#define PANAMEM_TRACED_CODE (1u << (PANAMEM_TRACED_SITE_SHIFT - 1))
#define PANAMEM_TRACED_LONG (PANAMEM_TRACED_CODE - 1) /* as the word's bytes: so many, or more */
#define PANAMEM_TRACED_MORE_WORDS 3u

struct panamem_traced_leaf {
  uint64_t bits[PANAMEM_TRACED_WORDS / 64];
  uint32_t words[PANAMEM_TRACED_WORDS + PANAMEM_TRACED_MORE_WORDS];
};

struct panamem_traced_map {
  struct panamem_traced_leaf **leaves; /* the OS provides what is touched; NULL before panamem_traced_open */
  bool is_sparse;                      /* set before the first block, if ever */
};
extern struct panamem_traced_map panamem_traced_map __attribute__((visibility("hidden")));

/* Makes the table, once, before all else here; false when the OS refuses. */
bool panamem_traced_open(void);

/* What is known of a block. Site 0: it is not traced, and at most known as a code object's. */
struct panamem_traced {
  uint64_t bytes;
  uint32_t site;
  bool is_code;
};

/* Can the address be that of a known block? */
static inline bool panamem_traced_can_be(uintptr_t address) {
  return (address & ~((1ull << PANAMEM_TRACED_ADDRESS_BITS) - (1u << PANAMEM_TRACED_GRANULE_SHIFT))) == 0;
}

/* NULL where no block is known. For any address, also one that cannot be that of a known block. */
static inline struct panamem_traced_leaf *panamem_traced_leaf(uintptr_t address) {
  uint64_t leaf = address >> PANAMEM_TRACED_LEAF_SHIFT & (PANAMEM_TRACED_LEAVES - 1);
  return __atomic_load_n(&panamem_traced_map.leaves[leaf], __ATOMIC_ACQUIRE);
}

static inline uint32_t panamem_traced_index(uintptr_t address) {
  return address >> PANAMEM_TRACED_GRANULE_SHIFT & (PANAMEM_TRACED_WORDS - 1);
}

/* Remembers a block that was just handed out, by a site other than 0; false without memory, or where a block cannot be
 * known. In *before what was known: a row below may have remembered it already. */
bool panamem_traced_put(const void *block, uint32_t site, uint64_t bytes, struct panamem_traced *before);

/* Forgets a block that is about to be freed, and answers what was known of it. */
struct panamem_traced panamem_traced_take(const void *block);

/* What put and take do to nearly every block of a map that is not sparse; false, and nothing has changed, for the others. */
static inline bool panamem_traced_put_short(const void *block, uint32_t site, uint64_t bytes) {
  uintptr_t address = (uintptr_t)block;
  struct panamem_traced_leaf *leaf = panamem_traced_leaf(address);
  if (leaf == NULL || bytes >= PANAMEM_TRACED_LONG || !panamem_traced_can_be(address)) {
    return false;
  }
  uint32_t *word = &leaf->words[panamem_traced_index(address)];
  if (__atomic_load_n(word, __ATOMIC_RELAXED) != 0) {
    return false;
  }
  __atomic_store_n(word, site << PANAMEM_TRACED_SITE_SHIFT | (uint32_t)bytes, __ATOMIC_RELAXED);
  return true;
}

static inline bool panamem_traced_take_short(const void *block, uint32_t *site, uint32_t *bytes) {
  uintptr_t address = (uintptr_t)block;
  struct panamem_traced_leaf *leaf = panamem_traced_leaf(address);
  if (leaf == NULL || !panamem_traced_can_be(address)) {
    return false;
  }
  uint32_t *word = &leaf->words[panamem_traced_index(address)];
  uint32_t known = __atomic_load_n(word, __ATOMIC_RELAXED);
  *bytes = known & (PANAMEM_TRACED_CODE | PANAMEM_TRACED_LONG);
  *site = known >> PANAMEM_TRACED_SITE_SHIFT;
  if (*bytes >= PANAMEM_TRACED_LONG || *site == 0) {
    return false;
  }
  __atomic_store_n(word, 0, __ATOMIC_RELAXED);
  return true;
}

/* Of a sparse map: might the block be known? Its bit tells; exact but for addresses that cannot be known. */
static inline bool panamem_traced_has_bit(const void *block) {
  const struct panamem_traced_leaf *leaf = panamem_traced_leaf((uintptr_t)block);
  uint32_t index = panamem_traced_index((uintptr_t)block);
  return leaf != NULL && (__atomic_load_n(&leaf->bits[index / 64], __ATOMIC_RELAXED) >> index % 64 & 1) != 0;
}

/* A serial of the code object that lives in a block of its own: it changes when the block is freed and becomes another
 * code object. 0 without memory. */
uint32_t panamem_traced_code(const void *code);

/* The code object's block was taken; so is its serial. */
void panamem_traced_forget_code(const void *code);

#endif
