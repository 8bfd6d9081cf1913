/* SPDX-License-Identifier: Apache-2.0
 *
 * A history is written by whoever owns its block. Its first word holds the address and the state and changes at once, so
 * that two threads which free the same block cannot both find it live.
 */
#include "history.h"

#include "aside.h"
#include "debug_layout.h"

#define GRANULE_SHIFT 5
#define LEAF_SHIFT 16
#define NODE_SHIFT 31
#define ADDRESS_BITS 47
#define LEAF_ENTRIES (1u << (LEAF_SHIFT - GRANULE_SHIFT))
#define NODE_ENTRIES (1u << (NODE_SHIFT - LEAF_SHIFT))
#define ROOT_ENTRIES (1u << (ADDRESS_BITS - NODE_SHIFT))

/* word = address << 8 | domain << 4 | state */
#define STATE_MASK 0xFu
#define DOMAIN_SHIFT 4
#define DOMAIN_MASK 0xFu
#define WORD_SHIFT 8

/* age << 44 | serial */
#define AGE_SHIFT 44
#define SERIAL_MASK ((1ull << AGE_SHIFT) - 1)

struct entry {
  uint64_t word;
  uint64_t bytes;
  uint64_t birth;
  uint32_t allocated_at;
  uint32_t freed_at;
};

static struct entry **root[ROOT_ENTRIES];
static uint64_t last_serial;
uint32_t panamem_history_age;

static uint64_t birth_of(uint32_t age, uint64_t serial) {
  return (uint64_t)age << AGE_SHIFT | (serial & SERIAL_MASK);
}

static uint64_t word_of(const void *block, int domain, enum panamem_block_state state) {
  return (uint64_t)block << WORD_SHIFT | (uint64_t)domain << DOMAIN_SHIFT | state;
}

/* ---- Finding ---------------------------------------------------------------------------------------------------------- */

static struct entry *leaf_at(uintptr_t address) {
  if (address >> ADDRESS_BITS != 0) {
    return NULL;
  }
  struct entry **node = __atomic_load_n(&root[address >> NODE_SHIFT], __ATOMIC_ACQUIRE);
  return node == NULL ? NULL : __atomic_load_n(&node[address >> LEAF_SHIFT & (NODE_ENTRIES - 1)], __ATOMIC_ACQUIRE);
}

static struct entry *entry_at(uintptr_t address) {
  struct entry *leaf = leaf_at(address);
  return leaf == NULL ? NULL : &leaf[address >> GRANULE_SHIFT & (LEAF_ENTRIES - 1)];
}

static struct entry *entry_of(const void *block) {
  struct entry *entry = entry_at((uintptr_t)block);
  bool is_its = entry != NULL && __atomic_load_n(&entry->word, __ATOMIC_ACQUIRE) >> WORD_SHIFT == (uintptr_t)block;
  return is_its ? entry : NULL;
}

/* Under the lock. */
static void make_leaf(uintptr_t address) {
  struct entry ***node = &root[address >> NODE_SHIFT];
  if (*node == NULL) {
    __atomic_store_n(node, panamem_aside_allocate(NODE_ENTRIES * sizeof(struct entry *)), __ATOMIC_RELEASE);
  }
  if (*node == NULL) {
    return;
  }
  struct entry **leaf = &(*node)[address >> LEAF_SHIFT & (NODE_ENTRIES - 1)];
  if (*leaf == NULL) {
    __atomic_store_n(leaf, panamem_aside_allocate(LEAF_ENTRIES * sizeof(struct entry)), __ATOMIC_RELEASE);
  }
}

static struct entry *entry_made_at(uintptr_t address) {
  struct entry *entry = entry_at(address);
  if (entry == NULL && address >> ADDRESS_BITS == 0 && panamem_aside_lock()) {
    make_leaf(address);
    panamem_aside_unlock();
    entry = entry_at(address);
  }
  return entry;
}

/* ---- Reading and writing --------------------------------------------------------------------------------------------- */

void panamem_history_begin(const void *block, int domain, uint64_t bytes, uint32_t site) {
  uint64_t serial = __atomic_add_fetch(&last_serial, 1, __ATOMIC_RELAXED);
  struct entry *entry = entry_made_at((uintptr_t)block);
  if (entry == NULL) {
    return;
  }
  entry->bytes = bytes;
  entry->birth = birth_of(__atomic_load_n(&panamem_history_age, __ATOMIC_RELAXED), serial);
  entry->allocated_at = site;
  entry->freed_at = 0;
  __atomic_store_n(&entry->word, word_of(block, domain, PANAMEM_BLOCK_LIVE), __ATOMIC_RELEASE);
}

static void copy(const struct entry *entry, struct panamem_history *history) {
  uint64_t word = __atomic_load_n(&entry->word, __ATOMIC_ACQUIRE);
  *history = (struct panamem_history){
      .state = (enum panamem_block_state)(word & STATE_MASK),
      .block = word >> WORD_SHIFT,
      .domain = (int)(word >> DOMAIN_SHIFT & DOMAIN_MASK),
      .bytes = entry->bytes,
      .serial = entry->birth & SERIAL_MASK,
      .age = (uint32_t)(entry->birth >> AGE_SHIFT),
      .allocated_at = entry->allocated_at,
      .freed_at = __atomic_load_n(&entry->freed_at, __ATOMIC_ACQUIRE),
  };
}

bool panamem_history_of(const void *block, struct panamem_history *history) {
  *history = (struct panamem_history){.block = (uintptr_t)block};
  const struct entry *entry = entry_of(block);
  if (entry != NULL) {
    copy(entry, history);
  }
  return history->state != PANAMEM_BLOCK_UNKNOWN;
}

uint64_t panamem_history_serial(const void *block) {
  const struct entry *entry = entry_of(block);
  return entry == NULL ? 0 : entry->birth & SERIAL_MASK;
}

enum panamem_block_state panamem_history_end(const void *block, enum panamem_block_state how, uint32_t site) {
  struct entry *entry = entry_of(block);
  if (entry == NULL) {
    return PANAMEM_BLOCK_UNKNOWN;
  }
  uint64_t word = __atomic_load_n(&entry->word, __ATOMIC_ACQUIRE);
  uint64_t ended = (word & ~(uint64_t)STATE_MASK) | how;
  bool was_live = (word & STATE_MASK) == PANAMEM_BLOCK_LIVE &&
                  __atomic_compare_exchange_n(&entry->word, &word, ended, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
  if (was_live) {
    __atomic_store_n(&entry->freed_at, site, __ATOMIC_RELEASE);
    return PANAMEM_BLOCK_LIVE;
  }
  return (enum panamem_block_state)(word & STATE_MASK);
}

void panamem_history_resume(const struct panamem_history *history) {
  bool was_known = history->state != PANAMEM_BLOCK_UNKNOWN;
  struct entry *entry = was_known ? entry_made_at(history->block) : NULL;
  if (entry == NULL) {
    return;
  }
  entry->bytes = history->bytes;
  entry->birth = birth_of(history->age, history->serial);
  entry->allocated_at = history->allocated_at;
  entry->freed_at = 0;
  __atomic_store_n(&entry->word, word_of((const void *)history->block, history->domain, PANAMEM_BLOCK_LIVE), /* NOLINT */
                   __ATOMIC_RELEASE);
}

void panamem_history_keep_age(const void *block, uint32_t age) {
  struct entry *entry = entry_of(block);
  if (entry != NULL) {
    entry->birth = birth_of(age, entry->birth);
  }
}

/* ---- All of an age ----------------------------------------------------------------------------------------------------- */

struct ages {
  uint32_t youngest;
  uint32_t oldest;
  void (*visit)(const struct panamem_history *, void *);
  void *argument;
};

static void visit_leaf(const struct entry *leaf, const struct ages *ages) {
  for (uint32_t i = 0; i < LEAF_ENTRIES; i++) {
    uint32_t age = (uint32_t)(leaf[i].birth >> AGE_SHIFT);
    bool is_live = (leaf[i].word & STATE_MASK) == PANAMEM_BLOCK_LIVE;
    if (is_live && age >= ages->youngest && age <= ages->oldest) {
      struct panamem_history history;
      copy(&leaf[i], &history);
      ages->visit(&history, ages->argument);
    }
  }
}

static void visit_node(struct entry *const *node, const struct ages *ages) {
  for (uint32_t i = 0; i < NODE_ENTRIES; i++) {
    const struct entry *leaf = __atomic_load_n(&node[i], __ATOMIC_ACQUIRE);
    if (leaf != NULL) {
      visit_leaf(leaf, ages);
    }
  }
}

void panamem_history_visit(uint32_t youngest, uint32_t oldest, void (*visit)(const struct panamem_history *, void *),
                           void *argument) {
  struct ages ages = {youngest, oldest, visit, argument};
  for (uint32_t i = 0; i < ROOT_ENTRIES; i++) {
    struct entry *const *node = __atomic_load_n(&root[i], __ATOMIC_ACQUIRE);
    if (node != NULL) {
      visit_node(node, &ages);
    }
  }
}

/* ---- Around an address ----------------------------------------------------------------------------------------------- */

static bool reaches(const struct entry *entry, uintptr_t address) {
  uint64_t word = __atomic_load_n(&entry->word, __ATOMIC_ACQUIRE);
  uintptr_t block = word >> WORD_SHIFT;
  return (word & STATE_MASK) == PANAMEM_BLOCK_LIVE && address >= block - PANAMEM_DEBUG_LEAD_BYTES &&
         address < block + entry->bytes + PANAMEM_DEBUG_WORD_BYTES;
}

/* The nearest block that begins at or below the address is the one, if any; an address in the padding in front of a block
 * is below it. */
bool panamem_history_around(const void *address, struct panamem_history *history) {
  uintptr_t at = (uintptr_t)address;
  const struct entry *above = entry_at(at + PANAMEM_DEBUG_LEAD_BYTES);
  if (above != NULL && reaches(above, at)) {
    copy(above, history);
    return true;
  }
  for (uintptr_t top = at; top >> LEAF_SHIFT > 0; top = ((top >> LEAF_SHIFT) << LEAF_SHIFT) - 1) {
    const struct entry *leaf = leaf_at(top);
    for (uint32_t i = top >> GRANULE_SHIFT & (LEAF_ENTRIES - 1); leaf != NULL && i != UINT32_MAX; i--) {
      if (leaf[i].word != 0) {
        copy(&leaf[i], history);
        if (history->state == PANAMEM_BLOCK_LIVE) {
          return reaches(&leaf[i], at);
        }
      }
    }
    if (at - top > (4ull << 30)) {
      return false;
    }
  }
  return false;
}
