/* SPDX-License-Identifier: Apache-2.0
 *
 * One mapping for both tables; the OS provides what is touched. A block's mark is written by whoever has the block, so it
 * needs no order; the places of arena 0 are nobody's, so they are taken by a compare-and-set.
 */
#include "hardened_marks.h"

#include <stddef.h>
#include <sys/mman.h>

#define EMPTY_BLOCKS (PANAMEM_ARENA_BYTES >> PANAMEM_GRANULE_SHIFT)
#define EMPTY_TRIES 64

struct panamem_marks panamem_marks;
static uint64_t empty_total[PANAMEM_DOMAINS];

/* ---- Tables -------------------------------------------------------------------------------------------------------------- */

static uint64_t fine_bytes(void) {
  return panamem_heap.range_bytes >> PANAMEM_GRANULE_SHIFT;
}

uint8_t *panamem_marks_map(void) {
  size_t bytes = fine_bytes() + (panamem_heap.range_bytes >> PANAMEM_STEP_SHIFT);
  void *mapped = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (mapped == MAP_FAILED) {
    return NULL;
  }
  madvise(mapped, bytes, MADV_NOHUGEPAGE);
  return mapped;
}

void panamem_marks_publish(uint8_t *mapped) {
  uint64_t fine = (uint64_t)mapped;
  panamem_marks.fine = mapped;
  panamem_marks.coarse = mapped + fine_bytes();
  panamem_marks.fine_of_null = fine - (panamem_heap.range_base >> PANAMEM_GRANULE_SHIFT);
  panamem_marks.coarse_of_null = fine + fine_bytes() - (panamem_heap.range_base >> PANAMEM_STEP_SHIFT);
  __atomic_store_n(&panamem_marks.fine_max_bytes, PANAMEM_FINE_MAX_BYTES, __ATOMIC_RELEASE);
  __atomic_store_n(&panamem_marks.small_max_bytes, PANAMEM_SMALL_MAX_BYTES, __ATOMIC_RELEASE);
  __atomic_store_n(&panamem_marks.granules, panamem_heap.range_bytes >> PANAMEM_GRANULE_SHIFT, __ATOMIC_RELEASE);
}

/* ---- Blocks of 0 bytes --------------------------------------------------------------------------------------------------- */

static void *empty_block_at(uint32_t granule) {
  return (void *)(panamem_heap.range_base + ((uint64_t)granule << PANAMEM_GRANULE_SHIFT)); /* NOLINT: address arithmetic */
}

/* The next free granule. */
void *panamem_marks_take_empty(void *ctx) {
  static uint32_t last;
  for (int i = 0; i < EMPTY_TRIES; i++) {
    void *block = empty_block_at(__atomic_add_fetch(&last, 1, __ATOMIC_RELAXED) % EMPTY_BLOCKS);
    uint8_t *place = panamem_mark_of(block);
    uint8_t mark = __atomic_load_n(place, __ATOMIC_RELAXED);
    uint8_t live = panamem_live_mark(ctx, block);
    if (panamem_mark_domain(mark, block) < 0 &&
        __atomic_compare_exchange_n(place, &mark, live, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
      __atomic_fetch_add(&empty_total[panamem_mark_domain(live, block)], 1, __ATOMIC_RELAXED);
      return block;
    }
  }
  return NULL;
}

/* Spares a program that has never asked for one the look at all their places. */
static bool are_any(void) {
  uint64_t total = 0;
  for (uint32_t domain = 0; domain < PANAMEM_DOMAINS; domain++) {
    total += __atomic_load_n(&empty_total[domain], __ATOMIC_RELAXED);
  }
  return total > 0;
}

void *panamem_marks_next_empty(const void *block, uint32_t *domain) {
  if (!panamem_marks_ready() || !are_any()) {
    return NULL;
  }
  uint32_t granule = block == NULL ? 0 : (uint32_t)panamem_granules_before(block) + 1;
  for (; granule < EMPTY_BLOCKS; granule++) {
    void *place = empty_block_at(granule);
    int found = panamem_mark_domain(__atomic_load_n(panamem_mark_of(place), __ATOMIC_RELAXED), place);
    if (found >= 0) {
      *domain = (uint32_t)found;
      return place;
    }
  }
  return NULL;
}

void panamem_marks_count_empty(struct panamem_empty_blocks empty[PANAMEM_DOMAINS]) {
  for (uint32_t domain = 0; domain < PANAMEM_DOMAINS; domain++) {
    empty[domain] = (struct panamem_empty_blocks){.total = __atomic_load_n(&empty_total[domain], __ATOMIC_RELAXED)};
  }
  uint32_t domain;
  for (const void *block = panamem_marks_next_empty(NULL, &domain); block != NULL;
       block = panamem_marks_next_empty(block, &domain)) {
    empty[domain].live++;
  }
}

/* ---- Freed blocks -------------------------------------------------------------------------------------------------------- */

bool panamem_marks_remember(const void *address) {
  return *panamem_fine_mark(address) == PANAMEM_MARK_HELD || *panamem_coarse_mark(address) == PANAMEM_MARK_HELD;
}

bool panamem_hardened_is_held(const void *block) {
  return panamem_marks_ready() && panamem_is_ours(block) && *panamem_mark_of(block) == PANAMEM_MARK_HELD;
}
