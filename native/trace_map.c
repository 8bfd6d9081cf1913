/* SPDX-License-Identifier: Apache-2.0
 *
 * The words behind a block's own: no other block begins there, and when it is taken they are 0 again. At the end of a leaf
 * there are some more for the block that begins last.
 */
#include "trace_map.h"

#include "aside.h"

/* From a block's own word. */
enum { MORE_BYTES = 1, MORE_BYTES_HIGH, MORE_SERIAL };

_Static_assert(MORE_SERIAL == PANAMEM_TRACED_MORE_WORDS, "a leaf has room for all");

struct panamem_traced_map panamem_traced_map;
static uint32_t last_serial;

/* ---- Leaves ---------------------------------------------------------------------------------------------------------- */

bool panamem_traced_open(void) {
  static void *reserved;
  struct panamem_traced_leaf **leaves = panamem_aside_reserve(&reserved, PANAMEM_TRACED_LEAVES * sizeof *leaves);
  __atomic_store_n(&panamem_traced_map.leaves, leaves, __ATOMIC_RELEASE);
  return leaves != NULL;
}

/* Under the lock. */
static void make(uintptr_t address) {
  struct panamem_traced_leaf **leaf = &panamem_traced_map.leaves[address >> PANAMEM_TRACED_LEAF_SHIFT];
  if (*leaf == NULL) {
    __atomic_store_n(leaf, panamem_aside_allocate(sizeof **leaf), __ATOMIC_RELEASE);
  }
}

/* NULL without memory, or where no block can be known. */
static struct panamem_traced_leaf *leaf_of(uintptr_t address) {
  if (!panamem_traced_can_be(address)) {
    return NULL;
  }
  struct panamem_traced_leaf *leaf = panamem_traced_leaf(address);
  if (leaf == NULL && panamem_aside_lock()) {
    make(address);
    panamem_aside_unlock();
    leaf = panamem_traced_leaf(address);
  }
  return leaf;
}

/* ---- Bits: blocks of several threads share a word of them ------------------------------------------------------------- */

static void set_bit(struct panamem_traced_leaf *leaf, uint32_t index) {
  __atomic_or_fetch(&leaf->bits[index / 64], 1ull << index % 64, __ATOMIC_RELAXED);
}

static void clear_bit(struct panamem_traced_leaf *leaf, uint32_t index) {
  __atomic_and_fetch(&leaf->bits[index / 64], ~(1ull << index % 64), __ATOMIC_RELAXED);
}

/* ---- Blocks ---------------------------------------------------------------------------------------------------------- */

static uint32_t get(const uint32_t *word) {
  return __atomic_load_n(word, __ATOMIC_RELAXED);
}

static void set(uint32_t *word, uint32_t value) {
  __atomic_store_n(word, value, __ATOMIC_RELAXED);
}

static bool is_long(uint32_t word) {
  return (word & PANAMEM_TRACED_LONG) == PANAMEM_TRACED_LONG;
}

static struct panamem_traced read(const uint32_t *word) {
  uint32_t known = get(word);
  uint64_t bytes = is_long(known) ? (uint64_t)get(word + MORE_BYTES_HIGH) << 32 | get(word + MORE_BYTES)
                                  : known & PANAMEM_TRACED_LONG;
  return (struct panamem_traced){bytes, known >> PANAMEM_TRACED_SITE_SHIFT, (known & PANAMEM_TRACED_CODE) != 0};
}

static void set_more_bytes(uint32_t *word, uint64_t bytes) {
  set(word + MORE_BYTES, (uint32_t)bytes);
  set(word + MORE_BYTES_HIGH, (uint32_t)(bytes >> 32));
}

bool panamem_traced_put(const void *block, uint32_t site, uint64_t bytes, struct panamem_traced *before) {
  struct panamem_traced_leaf *leaf = leaf_of((uintptr_t)block);
  if (leaf == NULL) {
    return false;
  }
  uint32_t index = panamem_traced_index((uintptr_t)block);
  uint32_t *word = &leaf->words[index];
  *before = read(word);
  bool is_short = bytes < PANAMEM_TRACED_LONG;
  if (!is_short || is_long(get(word))) {
    set_more_bytes(word, is_short ? 0 : bytes);
  }
  set(word, site << PANAMEM_TRACED_SITE_SHIFT | (is_short ? (uint32_t)bytes : PANAMEM_TRACED_LONG));
  if (panamem_traced_map.is_sparse) {
    set_bit(leaf, index);
  }
  return true;
}

struct panamem_traced panamem_traced_take(const void *block) {
  struct panamem_traced_leaf *leaf =
      panamem_traced_can_be((uintptr_t)block) ? panamem_traced_leaf((uintptr_t)block) : NULL;
  uint32_t index = panamem_traced_index((uintptr_t)block);
  if (leaf == NULL || get(&leaf->words[index]) == 0) {
    return (struct panamem_traced){0, 0, false};
  }
  uint32_t *word = &leaf->words[index];
  struct panamem_traced known = read(word);
  if (is_long(get(word))) {
    set_more_bytes(word, 0);
  }
  set(word, 0);
  if (panamem_traced_map.is_sparse) {
    clear_bit(leaf, index);
  }
  return known;
}

/* ---- Code objects ---------------------------------------------------------------------------------------------------- */

uint32_t panamem_traced_code(const void *code) {
  struct panamem_traced_leaf *leaf = leaf_of((uintptr_t)code);
  if (leaf == NULL) {
    return 0;
  }
  uint32_t index = panamem_traced_index((uintptr_t)code);
  uint32_t *word = &leaf->words[index];
  if ((get(word) & PANAMEM_TRACED_CODE) == 0) {
    set(word + MORE_SERIAL, __atomic_add_fetch(&last_serial, 1, __ATOMIC_RELAXED));
    set(word, get(word) | PANAMEM_TRACED_CODE);
    set_bit(leaf, index);
  }
  return get(word + MORE_SERIAL);
}

void panamem_traced_forget_code(const void *code) {
  struct panamem_traced_leaf *leaf = panamem_traced_leaf((uintptr_t)code);
  if (leaf != NULL) {
    set(&leaf->words[panamem_traced_index((uintptr_t)code)] + MORE_SERIAL, 0);
  }
}
