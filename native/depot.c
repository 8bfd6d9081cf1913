/* SPDX-License-Identifier: Apache-2.0
 *
 * A depot is a stack like a magazine, but of all threads. What its slots could hold counts against a cap; when that is
 * spent, a depot that overflows takes from the one that is granted most, until all have a fair share.
 *
 * A block that comes in is looked at as if it went back to its pool, so that one that was freed twice, or is none, is found
 * here as well.
 */
#include "depot.h"

#include <stddef.h>
#include <string.h>

#include "bin.h"
#include "heap.h"
#include "invalid.h"
#include "lock.h"
#include "meta.h"
#include "slots.h"

#define FIRST_ROOM 64u
#define MOST_ROOM (PANAMEM_META_MOST_BYTES / sizeof(void *))

static void lock(uint32_t bin) {
  panamem_lock(&panamem_heap.bins[bin].lock);
}

static void unlock(uint32_t bin) {
  panamem_unlock(&panamem_heap.bins[bin].lock);
}

static struct panamem_depot *depot_of(uint32_t bin) {
  return &panamem_heap.depots[bin];
}

static void **slots_of(const struct panamem_depot *depot) {
  return (void **)depot->slots; /* NOLINT: Java reads it too */
}

/* ---- Marks: a bit per block that stands in a depot -------------------------------------------------------------------------- */

#define WORD_BITS 64u

/* Blocks are marked in batches: what holds for all blocks of a bin is looked up once. */
struct marks {
  uint64_t *words;
  uint64_t base, bytes; /* of the range */
  uint64_t block_bytes, reciprocal;
  uint32_t bin;
};

static struct marks marks_of(uint32_t bin) {
  const struct panamem_class *class = panamem_bin_class(bin);
  return (struct marks){(uint64_t *)panamem_heap.depot_map, panamem_heap.range_base, panamem_heap.range_bytes,
                        class->block_bytes, class->reciprocal, bin};
}

static inline uint64_t mark_bit(uint64_t offset) {
  return 1ull << offset / PANAMEM_ALIGNMENT % WORD_BITS;
}

static inline uint64_t *mark_word(const struct marks *marks, uint64_t offset) {
  return marks->words + offset / PANAMEM_ALIGNMENT / WORD_BITS;
}

/* Does a block of the bin begin at this offset in the range, and is it out of its pool? */
static inline bool is_out(const struct marks *marks, uint64_t offset) {
  uint32_t page = (uint32_t)(offset >> PANAMEM_PAGE_SHIFT);
  if (offset >= marks->bytes || panamem_page_map()[page] != marks->bin) {
    return false;
  }
  uint32_t first = page - panamem_back_map()[page];
  const struct panamem_page *pool = panamem_record(first);
  uint64_t in_pool = offset - ((uint64_t)first << PANAMEM_PAGE_SHIFT);
  uint64_t index = in_pool * marks->reciprocal >> PANAMEM_RECIPROCAL_SHIFT;
  return index < pool->block_count && index * marks->block_bytes == in_pool &&
         (pool->bitmap[index / WORD_BITS] >> index % WORD_BITS & 1) == 0;
}

/* Marks a block that comes in; false when it is not out, or is here already. */
static inline bool mark(const struct marks *marks, const void *block) {
  uint64_t offset = (uint64_t)block - marks->base;
  if (!is_out(marks, offset) || (*mark_word(marks, offset) & mark_bit(offset)) != 0) {
    return false;
  }
  *mark_word(marks, offset) |= mark_bit(offset);
  return true;
}

static inline void unmark(const struct marks *marks, const void *block) {
  uint64_t offset = (uint64_t)block - marks->base;
  *mark_word(marks, offset) &= ~mark_bit(offset);
}

/* ---- What is granted ---------------------------------------------------------------------------------------------------------- */

static uint32_t room_of(uint32_t bin) {
  return __atomic_load_n(&depot_of(bin)->room, __ATOMIC_RELAXED);
}

static uint64_t granted_bytes(uint32_t bin) {
  return (uint64_t)room_of(bin) * panamem_bin_class(bin)->block_bytes;
}

/* ---- Giving back to the pools --------------------------------------------------------------------------------------------- */

/* Gives the oldest count blocks back. The bin's lock is held; one that is not out ends the process. */
static void give_oldest(uint32_t bin, uint32_t count) {
  struct panamem_depot *depot = depot_of(bin);
  void **slots = slots_of(depot);
  struct marks marks = marks_of(bin);
  for (uint32_t given = 0; given < count; given++) {
    unmark(&marks, slots[given]);
    if (!panamem_bin_give(bin, slots[given])) {
      unlock(bin);
      panamem_invalid_block("free", slots[given]);
    }
  }
  depot->count -= count;
  memmove(slots, slots + count, depot->count * sizeof slots[0]);
}

bool panamem_depots_empty(void) {
  bool any = false;
  for (uint32_t bin = 0; bin < PANAMEM_BINS; bin++) {
    if (room_of(bin) > 0) {
      lock(bin);
      uint32_t count = depot_of(bin)->count;
      give_oldest(bin, count);
      unlock(bin);
      any = any || count > 0;
    }
  }
  return any;
}

/* ---- Room ------------------------------------------------------------------------------------------------------------------ */

/* Gives the depot other slots, for at least the blocks in it; 0 takes them away. The bin's lock is held. False without memory. */
static bool resize(uint32_t bin, uint32_t room) {
  struct panamem_depot *depot = depot_of(bin);
  void **slots = room == 0 ? NULL : panamem_meta_allocate(room * sizeof slots[0]);
  if (room != 0 && slots == NULL) {
    return false;
  }
  void **old_slots = slots_of(depot);
  uint32_t old_room = depot->room;
  if (depot->count > 0) {
    memcpy(slots, old_slots, depot->count * sizeof slots[0]);
  }
  depot->slots = (uint64_t)slots;
  __atomic_store_n(&depot->room, room, __ATOMIC_RELAXED);
  panamem_meta_free(old_slots, old_room * sizeof slots[0]);
  uint64_t block_bytes = panamem_bin_class(bin)->block_bytes;
  __atomic_fetch_add(&panamem_heap.depot_bytes, (room - (uint64_t)old_room) * block_bytes, __ATOMIC_RELAXED);
  return true;
}

/* The depot that is granted the most bytes, if that is more than twice what this one's is; PANAMEM_BINS for none. */
static uint32_t victim_for(uint32_t bin) {
  uint64_t most_bytes = 2 * granted_bytes(bin);
  uint32_t victim = PANAMEM_BINS;
  for (uint32_t other = 0; other < PANAMEM_BINS; other++) {
    if (granted_bytes(other) > most_bytes) {
      most_bytes = granted_bytes(other);
      victim = other;
    }
  }
  return victim;
}

/* Halves a depot's room; its oldest blocks go back when they no longer fit. */
static bool shrink(uint32_t bin) {
  lock(bin);
  struct panamem_depot *depot = depot_of(bin);
  uint32_t room = depot->room <= FIRST_ROOM ? 0 : depot->room / 2;
  if (depot->count > room) {
    give_oldest(bin, depot->count - room);
  }
  bool shrunk = resize(bin, room);
  unlock(bin);
  return shrunk;
}

static bool is_spent_by(uint64_t more_bytes) {
  return __atomic_load_n(&panamem_heap.depot_bytes, __ATOMIC_RELAXED) + more_bytes > panamem_magazine_cap_bytes;
}

/* Makes room for at least so many blocks; false when it stays as it was. Other threads may come between: asked for again, it
 * finds out. No lock is held. */
static bool grow(uint32_t bin, uint32_t blocks) {
  uint32_t old_room = room_of(bin);
  uint32_t room = old_room < FIRST_ROOM ? FIRST_ROOM : 2 * old_room;
  while (room < blocks) {
    room *= 2;
  }
  if (room > MOST_ROOM) {
    return false;
  }
  uint64_t more_bytes = (uint64_t)(room - old_room) * panamem_bin_class(bin)->block_bytes;
  while (is_spent_by(more_bytes)) {
    uint32_t victim = victim_for(bin);
    if (victim == PANAMEM_BINS || !shrink(victim)) {
      return false;
    }
  }
  lock(bin);
  bool grown = room > depot_of(bin)->room && resize(bin, room);
  unlock(bin);
  return grown;
}

/* ---- Blocks ------------------------------------------------------------------------------------------------------------------ */

/* One that is not out, or is here already, ends the process. */
static bool push(uint32_t bin, void *const *blocks, uint32_t count) {
  lock(bin);
  struct panamem_depot *depot = depot_of(bin);
  bool fits = count <= depot->room - depot->count;
  void **slots = slots_of(depot) + depot->count;
  struct marks marks = marks_of(bin);
  for (uint32_t i = 0; fits && i < count; i++) {
    if (!mark(&marks, blocks[i])) {
      unlock(bin);
      panamem_invalid_block("free", blocks[i]);
    }
    slots[i] = blocks[i];
  }
  depot->count += fits ? count : 0;
  unlock(bin);
  return fits;
}

bool panamem_depot_put(uint32_t bin, void *const *blocks, uint32_t count) {
  return push(bin, blocks, count) || (grow(bin, count) && push(bin, blocks, count));
}

uint32_t panamem_depot_take(uint32_t bin, void **slots, uint32_t count) {
  struct panamem_depot *depot = depot_of(bin);
  if (__atomic_load_n(&depot->count, __ATOMIC_RELAXED) == 0) {
    return 0;
  }
  lock(bin);
  uint32_t taken = count < depot->count ? count : depot->count;
  depot->count -= taken;
  void *const *taken_slots = slots_of(depot) + depot->count;
  struct marks marks = marks_of(bin);
  for (uint32_t i = 0; i < taken; i++) {
    slots[i] = taken_slots[i];
    unmark(&marks, slots[i]);
  }
  unlock(bin);
  return taken;
}
