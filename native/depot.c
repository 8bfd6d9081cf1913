/* SPDX-License-Identifier: Apache-2.0
 *
 * A depot is a stack like a magazine, but of all threads. All depots together hold no more than a cap; when that is spent,
 * the one that holds most gives half of its blocks back, unless it is the one that asks.
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
#include "pool.h"
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

/* Blocks are marked in batches: what holds for all blocks of a bin is looked up once, and neighbours share a pool. */
struct marks {
  uint64_t *words;
  uint64_t base, bytes; /* of the range */
  uint64_t block_bytes, reciprocal;
  uint64_t pool_offset, pool_bytes; /* the last block's pool in the range; no bytes: there is none yet */
  const struct panamem_page *pool;
  uint32_t bin;
};

static struct marks marks_of(uint32_t bin) {
  const struct panamem_class *class = panamem_bin_class(bin);
  return (struct marks){.words = (uint64_t *)panamem_heap.depot_map,
                        .base = panamem_heap.range_base,
                        .bytes = panamem_heap.range_bytes,
                        .block_bytes = class->block_bytes,
                        .reciprocal = class->reciprocal,
                        .bin = bin};
}

static inline uint64_t mark_bit(uint64_t offset) {
  return 1ull << offset / PANAMEM_ALIGNMENT % WORD_BITS;
}

static inline uint64_t *mark_word(const struct marks *marks, uint64_t offset) {
  return marks->words + offset / PANAMEM_ALIGNMENT / WORD_BITS;
}

/* Finds the pool of the bin around this offset in the range; false when there is none. */
static bool find_pool(struct marks *marks, uint64_t offset) {
  uint32_t page = (uint32_t)(offset >> PANAMEM_PAGE_SHIFT);
  if (offset >= marks->bytes || panamem_page_map()[page] != marks->bin) {
    return false;
  }
  uint32_t first = page - panamem_back_map()[page];
  marks->pool = panamem_record(first);
  marks->pool_offset = (uint64_t)first << PANAMEM_PAGE_SHIFT;
  marks->pool_bytes = (uint64_t)marks->pool->run_pages << PANAMEM_PAGE_SHIFT;
  return true;
}

/* Does a block of the bin begin at this offset in the range, and is it out of its pool? */
static inline bool is_out(struct marks *marks, uint64_t offset) {
  if (offset - marks->pool_offset >= marks->pool_bytes && !find_pool(marks, offset)) {
    return false;
  }
  uint64_t index = panamem_block_index(offset - marks->pool_offset, marks->block_bytes, marks->reciprocal);
  return index < marks->pool->block_count && (marks->pool->bitmap[index / WORD_BITS] >> index % WORD_BITS & 1) == 0;
}

/* Marks a block that comes in; false when it is not out, or is here already. */
static inline bool mark(struct marks *marks, const void *block) {
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

/* ---- How much there is ------------------------------------------------------------------------------------------------------ */

static uint32_t count_of(uint32_t bin) {
  return __atomic_load_n(&depot_of(bin)->count, __ATOMIC_RELAXED);
}

static uint64_t bytes_of(uint32_t bin, uint64_t count) {
  return count * panamem_bin_class(bin)->block_bytes;
}

/* The bin's lock is held; others may look at the count without it. */
static void set_count(uint32_t bin, uint32_t count) {
  uint64_t more_bytes = bytes_of(bin, count) - bytes_of(bin, depot_of(bin)->count);
  __atomic_store_n(&depot_of(bin)->count, count, __ATOMIC_RELAXED);
  __atomic_fetch_add(&panamem_heap.depot_bytes, more_bytes, __ATOMIC_RELAXED);
}

/* ---- Giving back to the pools --------------------------------------------------------------------------------------------- */

/* Gives the oldest count blocks back. The bin's lock is held; one that is not out ends the process. */
static void give_oldest(uint32_t bin, uint32_t count) {
  struct panamem_depot *depot = depot_of(bin);
  void **slots = slots_of(depot);
  struct marks marks = marks_of(bin);
  for (uint32_t i = 0; i < count; i++) {
    unmark(&marks, slots[i]);
  }
  uint32_t given = panamem_bin_give(bin, slots, count);
  if (given < count) {
    unlock(bin);
    panamem_invalid_block("free", slots[given]);
  }
  memmove(slots, slots + count, (depot->count - count) * sizeof slots[0]);
  set_count(bin, depot->count - count);
}

bool panamem_depots_empty(void) {
  bool any = false;
  for (uint32_t bin = 0; bin < PANAMEM_BINS; bin++) {
    if (count_of(bin) > 0) {
      lock(bin);
      any = any || depot_of(bin)->count > 0;
      give_oldest(bin, depot_of(bin)->count);
      unlock(bin);
    }
  }
  return any;
}

/* ---- Room ------------------------------------------------------------------------------------------------------------------ */

/* The depot that holds the most bytes, if these are more than so many; PANAMEM_BINS for none. */
static uint32_t largest_over(uint64_t bytes) {
  uint32_t largest = PANAMEM_BINS;
  for (uint32_t bin = 0; bin < PANAMEM_BINS; bin++) {
    if (bytes_of(bin, count_of(bin)) > bytes) {
      bytes = bytes_of(bin, count_of(bin));
      largest = bin;
    }
  }
  return largest;
}

/* Keeps below the cap what the depots hold with so many blocks more; false when nobody else holds more. No lock is held. */
static bool make_room(uint32_t bin, uint32_t count) {
  while (__atomic_load_n(&panamem_heap.depot_bytes, __ATOMIC_RELAXED) + bytes_of(bin, count) >
         panamem_magazine_cap_bytes) {
    uint32_t largest = largest_over(bytes_of(bin, count_of(bin) + count));
    if (largest == PANAMEM_BINS) {
      return false;
    }
    lock(largest);
    give_oldest(largest, (depot_of(largest)->count + 1) / 2);
    unlock(largest);
  }
  return true;
}

/* Slots for at least so many blocks; false without memory. The bin's lock is held. */
static bool make_slots(uint32_t bin, uint32_t count) {
  struct panamem_depot *depot = depot_of(bin);
  uint32_t room = depot->room < FIRST_ROOM ? FIRST_ROOM : depot->room;
  while (room < count) {
    room *= 2;
  }
  if (room == depot->room || room > MOST_ROOM) {
    return room == depot->room;
  }
  void **slots = panamem_meta_allocate_unset(room * sizeof slots[0]);
  if (slots == NULL) {
    return false;
  }
  if (depot->count > 0) {
    memcpy(slots, slots_of(depot), depot->count * sizeof slots[0]);
  }
  panamem_meta_free(slots_of(depot), depot->room * sizeof slots[0]);
  depot->slots = (uint64_t)slots;
  depot->room = room;
  return true;
}

/* ---- Blocks ------------------------------------------------------------------------------------------------------------------ */

/* The bin's lock is held, and there are slots. A block that is not out, or is here already, ends the process. */
static void push(uint32_t bin, void *const *blocks, uint32_t count) {
  struct panamem_depot *depot = depot_of(bin);
  void **slots = slots_of(depot) + depot->count;
  struct marks marks = marks_of(bin);
  for (uint32_t i = 0; i < count; i++) {
    if (!mark(&marks, blocks[i])) {
      unlock(bin);
      panamem_invalid_block("free", blocks[i]);
    }
    slots[i] = blocks[i];
  }
  set_count(bin, depot->count + count);
}

bool panamem_depot_put(uint32_t bin, void *const *blocks, uint32_t count) {
  if (!make_room(bin, count)) {
    return false;
  }
  lock(bin);
  bool fits = make_slots(bin, depot_of(bin)->count + count);
  if (fits) {
    push(bin, blocks, count);
  }
  unlock(bin);
  return fits;
}

uint32_t panamem_depot_take(uint32_t bin, void **slots, uint32_t count) {
  if (count_of(bin) == 0) {
    return 0;
  }
  lock(bin);
  const struct panamem_depot *depot = depot_of(bin);
  uint32_t taken = count < depot->count ? count : depot->count;
  void *const *taken_slots = slots_of(depot) + depot->count - taken;
  struct marks marks = marks_of(bin);
  for (uint32_t i = 0; i < taken; i++) {
    slots[i] = taken_slots[i];
    unmark(&marks, slots[i]);
  }
  set_count(bin, depot->count - taken);
  unlock(bin);
  return taken;
}
