/* SPDX-License-Identifier: Apache-2.0
 *
 * The marks of the `hardened` rows, apart from the blocks: 1 byte for each 16 bytes of the range.
 *
 *   0              no block ever began here
 *   ctx | LIVE     a live block of the ctx's domain begins here
 *   HELD           the block that begins here was freed
 *
 * An offset is a block's distance in bytes from the range's begin.
 */
#ifndef PANAMEM_NATIVE_HARDENED_MARKS_H
#define PANAMEM_NATIVE_HARDENED_MARKS_H

#include <stdbool.h>
#include <stdint.h>

#include "heap.h"

#define PANAMEM_GRANULE_SHIFT 4
#define PANAMEM_MARK_LIVE 4u
_Static_assert((PANAMEM_DOMAINS - 1) << PANAMEM_BIN_SHIFT <= UINT8_MAX, "a mark has room for a ctx");
#define PANAMEM_MARK_HELD 1u /* freed, and with zeroing zero until it is handed out again */

/* NULL before the first block, and for good where the OS refused. Hidden: each call of a row reads it, with no detour. */
extern uint8_t *panamem_marks __attribute__((visibility("hidden")));

/* The range's bytes once there are marks for them, 0 before. */
extern uint64_t panamem_marked_bytes __attribute__((visibility("hidden")));

/* Memory for them, once there is a range, or NULL when the OS refuses. */
uint8_t *panamem_marks_map(void);

/* From now on blocks are marked. */
void panamem_marks_publish(uint8_t *mapped);

static inline uint8_t panamem_live_mark(const void *ctx) {
  return (uint8_t)((uintptr_t)ctx | PANAMEM_MARK_LIVE);
}

static inline bool panamem_is_live_mark(uint8_t mark) {
  return (mark & PANAMEM_MARK_LIVE) != 0;
}

static inline uint32_t panamem_mark_domain(uint8_t mark) {
  return mark >> PANAMEM_BIN_SHIFT;
}

static inline uint8_t *panamem_mark_of(uint64_t offset) {
  return &panamem_marks[offset >> PANAMEM_GRANULE_SHIFT];
}

static inline uint64_t panamem_offset_of(const void *block) {
  return (uint64_t)block - panamem_heap.range_base;
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

static inline bool panamem_is_empty_block(uint64_t offset) {
  return offset < PANAMEM_ARENA_BYTES;
}

/* Is it freed? For the heap walk, which finds blocks in quarantine beside the live ones. */
bool panamem_hardened_is_held(const void *block);

#endif
