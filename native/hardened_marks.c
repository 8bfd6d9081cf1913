/* SPDX-License-Identifier: Apache-2.0
 *
 * One mapping for the whole range; the OS provides what is touched. A block's mark is written by whoever has the block, so
 * it needs no order; the places of arena 0 are nobody's, so they are taken by a compare-and-set.
 */
#include "hardened_marks.h"

#include <stddef.h>
#include <sys/mman.h>

#define EMPTY_BLOCKS (PANAMEM_ARENA_BYTES >> PANAMEM_GRANULE_SHIFT)
#define EMPTY_TRIES 64

uint8_t *panamem_marks;
uint64_t panamem_marked_bytes;
static uint64_t empty_total[PANAMEM_DOMAINS];

uint8_t *panamem_marks_map(void) {
  size_t bytes = panamem_heap.range_bytes >> PANAMEM_GRANULE_SHIFT;
  void *mapped = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (mapped == MAP_FAILED) {
    return NULL;
  }
  madvise(mapped, bytes, MADV_NOHUGEPAGE);
  return mapped;
}

void panamem_marks_publish(uint8_t *mapped) {
  __atomic_store_n(&panamem_marks, mapped, __ATOMIC_RELEASE);
  __atomic_store_n(&panamem_marked_bytes, panamem_heap.range_bytes, __ATOMIC_RELEASE);
}

/* ---- Blocks of 0 bytes --------------------------------------------------------------------------------------------------- */

static void *empty_block_at(uint32_t granule) {
  return (void *)(panamem_heap.range_base + ((uint64_t)granule << PANAMEM_GRANULE_SHIFT)); /* NOLINT: address arithmetic */
}

/* The next free granule. */
void *panamem_marks_take_empty(void *ctx) {
  static uint32_t last;
  for (int i = 0; i < EMPTY_TRIES; i++) {
    uint32_t granule = __atomic_add_fetch(&last, 1, __ATOMIC_RELAXED) % EMPTY_BLOCKS;
    uint8_t *place = &panamem_marks[granule];
    uint8_t mark = __atomic_load_n(place, __ATOMIC_RELAXED);
    if (!panamem_is_live_mark(mark) &&
        __atomic_compare_exchange_n(place, &mark, panamem_live_mark(ctx), false, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
      __atomic_fetch_add(&empty_total[panamem_mark_domain(panamem_live_mark(ctx))], 1, __ATOMIC_RELAXED);
      return empty_block_at(granule);
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
  const uint8_t *marks = __atomic_load_n(&panamem_marks, __ATOMIC_ACQUIRE);
  if (marks == NULL || !are_any()) {
    return NULL;
  }
  uint32_t granule = block == NULL ? 0 : (uint32_t)(panamem_offset_of(block) >> PANAMEM_GRANULE_SHIFT) + 1;
  for (; granule < EMPTY_BLOCKS; granule++) {
    uint8_t mark = __atomic_load_n(&marks[granule], __ATOMIC_RELAXED);
    if (panamem_is_live_mark(mark)) {
      *domain = panamem_mark_domain(mark);
      return empty_block_at(granule);
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

/* ---- Quarantine ---------------------------------------------------------------------------------------------------------- */

bool panamem_hardened_is_held(const void *block) {
  return panamem_marks != NULL && panamem_is_ours(block) && *panamem_mark_of(panamem_offset_of(block)) == PANAMEM_MARK_HELD;
}
