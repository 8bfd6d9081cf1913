/* SPDX-License-Identifier: Apache-2.0
 *
 * No block begins 16 bytes inside a code object, so that word holds its serial.
 */
#include "trace_map.h"

#include "aside.h"

#define GRANULE (1u << PANAMEM_TRACED_GRANULE_SHIFT)

struct panamem_traced_map panamem_traced_map;
static uint64_t last_serial;

/* ---- Leaves ---------------------------------------------------------------------------------------------------------- */

/* Under the lock. */
static void make(uintptr_t address) {
  struct panamem_traced_leaf ***node = &panamem_traced_map.root[address >> PANAMEM_TRACED_NODE_SHIFT];
  if (*node == NULL) {
    __atomic_store_n(node, panamem_aside_allocate(PANAMEM_TRACED_NODE_ENTRIES * sizeof **node), __ATOMIC_RELEASE);
  }
  struct panamem_traced_leaf **leaf =
      *node == NULL ? NULL : &(*node)[address >> PANAMEM_TRACED_LEAF_SHIFT & (PANAMEM_TRACED_NODE_ENTRIES - 1)];
  if (leaf != NULL && *leaf == NULL) {
    __atomic_store_n(leaf, panamem_aside_allocate(sizeof **leaf), __ATOMIC_RELEASE);
  }
}

struct panamem_traced_leaf *panamem_traced_make_leaf(uintptr_t address) {
  bool can_be_known = address >> PANAMEM_TRACED_ADDRESS_BITS == 0 && address % GRANULE == 0;
  if (!can_be_known || !panamem_aside_lock()) {
    return NULL;
  }
  make(address);
  panamem_aside_unlock();
  return panamem_traced_leaf(address);
}

/* Blocks of several threads share a word of bits. */
void panamem_traced_set_bit(struct panamem_traced_leaf *leaf, uint32_t index) {
  __atomic_or_fetch(&leaf->bits[index / 64], 1ull << index % 64, __ATOMIC_RELAXED);
}

void panamem_traced_clear_bit(struct panamem_traced_leaf *leaf, uint32_t index) {
  __atomic_and_fetch(&leaf->bits[index / 64], ~(1ull << index % 64), __ATOMIC_RELAXED);
}

/* ---- Code objects ---------------------------------------------------------------------------------------------------- */

static struct panamem_traced_leaf *leaf_of(uintptr_t address) {
  struct panamem_traced_leaf *leaf = panamem_traced_leaf(address);
  return leaf != NULL ? leaf : panamem_traced_make_leaf(address);
}

uint64_t panamem_traced_code(const void *code) {
  uintptr_t address = (uintptr_t)code, inside = address + GRANULE;
  struct panamem_traced_leaf *leaf = leaf_of(address), *leaf_inside = leaf_of(inside);
  if (leaf == NULL || leaf_inside == NULL) {
    return 0;
  }
  uint64_t *word = &leaf->words[panamem_traced_index(address)];
  uint64_t *serial = &leaf_inside->words[panamem_traced_index(inside)];
  uint64_t known = __atomic_load_n(word, __ATOMIC_RELAXED);
  if ((known & PANAMEM_TRACED_CODE) == 0) {
    __atomic_store_n(serial, __atomic_add_fetch(&last_serial, 1, __ATOMIC_RELAXED), __ATOMIC_RELAXED);
    __atomic_store_n(word, known | PANAMEM_TRACED_CODE, __ATOMIC_RELAXED);
    panamem_traced_set_bit(leaf, panamem_traced_index(address));
  }
  return __atomic_load_n(serial, __ATOMIC_RELAXED);
}

void panamem_traced_forget_code(const void *code) {
  struct panamem_traced_leaf *leaf = panamem_traced_leaf((uintptr_t)code + GRANULE);
  if (leaf != NULL) {
    __atomic_store_n(&leaf->words[panamem_traced_index((uintptr_t)code + GRANULE)], 0, __ATOMIC_RELAXED);
  }
}
