/* SPDX-License-Identifier: Apache-2.0
 *
 * The marks of the `hardened` rows: a byte apart from each block that says whether it is live.
 *
 * A granule is an address / 16. There are two tables, with a mark for each step of the range:
 *
 *   fine     a step is 1 granule     for blocks below 512 bytes, and blocks of 0 bytes
 *   coarse   a step is 32 granules   for all others, of which no two begin in one step
 *
 *   mark     0                       no block ever began in the step
 *            ctx + 2 * granule       a live block of the row's domain begins at that granule of the step, 0 … 31
 *            HELD                    the block that begins in the step was freed
 *
 * So the marks of long blocks lie close as well, and a free in random order waits for few lines of the cache. A row's ctx is
 * the arena rows' + 1, so that live marks are odd and a short block's is there already. What a page's blocks leave in the
 * table that its next class does not use is never a live mark.
 */
#ifndef PANAMEM_NATIVE_HARDENED_MARKS_H
#define PANAMEM_NATIVE_HARDENED_MARKS_H

#include <stdbool.h>
#include <stdint.h>

#include "heap.h"

#define PANAMEM_GRANULE_SHIFT 4
#define PANAMEM_STEP_SHIFT 9 /* of the coarse table */
#define PANAMEM_STEP_GRANULES (1u << (PANAMEM_STEP_SHIFT - PANAMEM_GRANULE_SHIFT))
#define PANAMEM_COARSE_CLASS 32u /* this bit of a bin: its blocks have their marks in the coarse table */
#define PANAMEM_FINE_MAX_BYTES ((PANAMEM_COARSE_CLASS - 1) * PANAMEM_ALIGNMENT)
#define PANAMEM_MARKS_LINE_BYTES (64u << PANAMEM_GRANULE_SHIFT) /* of blocks whose marks share a line of the cache */
#define PANAMEM_MARK_LIVE 1u
#define PANAMEM_MARK_HELD 2u /* freed, and with zeroing zero until it is handed out again */
_Static_assert(PANAMEM_COARSE_CLASS == PANAMEM_LINEAR_CLASSES && PANAMEM_LINEAR_MAX_BYTES == 1 << PANAMEM_STEP_SHIFT,
               "the least block of the coarse table is as long as a step");
_Static_assert(2 * PANAMEM_STEP_GRANULES <= 1u << PANAMEM_BIN_SHIFT, "a mark has room for a granule");
_Static_assert((PANAMEM_DOMAINS - 1) << PANAMEM_BIN_SHIFT <= UINT8_MAX, "a mark has room for a domain");

#define PANAMEM_HARDENED_CONTEXT(domain) ((void *)((uintptr_t)(domain) << PANAMEM_BIN_SHIFT | PANAMEM_MARK_LIVE))

/* What the rows' calls read, in one line of the cache and with no detour. All 0 before the first block, and for good where
 * the OS refused: no size is small then. A thread has ready blocks only after it has seen all of it. */
struct panamem_marks {
  uint64_t granules;      /* of the range; published last */
  uint8_t *fine, *coarse; /* the range's first marks */
  uint64_t fine_of_null, coarse_of_null; /* where address 0 would have its marks */
  uint64_t fine_max_bytes, small_max_bytes; /* PANAMEM_FINE_MAX_BYTES, PANAMEM_SMALL_MAX_BYTES */
};
extern struct panamem_marks panamem_marks __attribute__((visibility("hidden"), aligned(64)));

/* Memory for them, once there is a range, or NULL when the OS refuses. */
uint8_t *panamem_marks_map(void);

/* From now on blocks are marked. */
void panamem_marks_publish(uint8_t *mapped);

static inline bool panamem_marks_ready(void) {
  return __atomic_load_n(&panamem_marks.granules, __ATOMIC_ACQUIRE) != 0;
}

static inline bool panamem_is_coarse(uintptr_t bin) {
  return (bin & PANAMEM_COARSE_CLASS) != 0;
}

static inline uint8_t *panamem_fine_mark(const void *address) {
  return (uint8_t *)(panamem_marks.fine_of_null + ((uint64_t)address >> PANAMEM_GRANULE_SHIFT)); /* NOLINT: arithmetic */
}

static inline uint8_t *panamem_coarse_mark(const void *address) {
  return (uint8_t *)(panamem_marks.coarse_of_null + ((uint64_t)address >> PANAMEM_STEP_SHIFT)); /* NOLINT: arithmetic */
}

/* The mark of a live block, in each table; granules from a place that is a multiple of PANAMEM_STEP_GRANULES. */
static inline uint8_t panamem_fine_live(const void *ctx) {
  return (uint8_t)(uintptr_t)ctx;
}

static inline uint8_t panamem_coarse_live_at(const void *ctx, uint64_t granules) {
  return (uint8_t)((uintptr_t)ctx + 2 * (granules & (PANAMEM_STEP_GRANULES - 1)));
}

static inline uint8_t panamem_coarse_live(const void *ctx, const void *block) {
  return panamem_coarse_live_at(ctx, (uint64_t)block >> PANAMEM_GRANULE_SHIFT);
}

/* For an address in the range. */
static inline uint32_t panamem_bin_at(const void *address) {
  return panamem_page_map()[panamem_page_of(address)];
}

static inline uint8_t *panamem_mark_of(const void *address) {
  return panamem_is_coarse(panamem_bin_at(address)) ? panamem_coarse_mark(address) : panamem_fine_mark(address);
}

static inline uint8_t panamem_live_mark(const void *ctx, const void *block) {
  return panamem_is_coarse(panamem_bin_at(block)) ? panamem_coarse_live(ctx, block) : panamem_fine_live(ctx);
}

/* The domain of the live block that begins at the address, whose mark this is; -1 when none does. */
static inline int panamem_mark_domain(uint8_t mark, const void *address) {
  uint8_t ctx = (uint8_t)(mark - panamem_live_mark(NULL, address));
  return ctx % (1 << PANAMEM_BIN_SHIFT) == PANAMEM_MARK_LIVE ? ctx >> PANAMEM_BIN_SHIFT : -1;
}

/* How many granules the address is behind the range's begin. An address outside the range or no multiple of
 * PANAMEM_ALIGNMENT answers more than any range has. */
static inline uint64_t panamem_granules_before(const void *address) {
  uint64_t offset = (uint64_t)address - panamem_heap.range_base;
  return offset >> PANAMEM_GRANULE_SHIFT | offset << (64 - PANAMEM_GRANULE_SHIFT);
}

/* A block of 0 bytes for the ctx's domain, in arena 0: only its mark is taken. NULL when no free place was found. */
void *panamem_marks_take_empty(void *ctx);

/* Those of a domain; live is exact while other threads are at rest. */
struct panamem_empty_blocks {
  uint64_t live;
  uint64_t total; /* handed out since start */
};
void panamem_marks_count_empty(struct panamem_empty_blocks empty[PANAMEM_DOMAINS]);

/* The first live one behind the block (NULL: of all), in address order, and its domain; NULL when there is none. */
void *panamem_marks_next_empty(const void *block, uint32_t *domain);

static inline bool panamem_is_empty_block(const void *block) {
  return (uint64_t)block - panamem_heap.range_base < PANAMEM_ARENA_BYTES;
}

/* Was a block freed that began in one of the address's steps? For reports on addresses whose page may have had another class
 * before, or has none any more. */
bool panamem_marks_remember(const void *address);

/* Is it freed? For the heap walk, which finds blocks in quarantine beside the live ones. */
bool panamem_hardened_is_held(const void *block);

#endif
