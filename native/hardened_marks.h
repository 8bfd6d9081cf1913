/* SPDX-License-Identifier: Apache-2.0
 *
 * The marks of the `hardened` rows, apart from the blocks: 1 byte for each 16 bytes of the range.
 *
 *   0              no block ever began here
 *   LIVE | domain  a live block begins here
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
#define PANAMEM_MARK_LIVE 4u /* | domain */
#define PANAMEM_MARK_HELD 1u /* freed, and with zeroing zero until it is handed out again */

/* NULL before the first block, and for good where the OS refused. Hidden: each call of a row reads it, with no detour. */
extern uint8_t *panamem_marks __attribute__((visibility("hidden")));

/* Memory for them, once there is a range, or NULL when the OS refuses. The caller publishes it as panamem_marks. */
uint8_t *panamem_marks_map(void);

static inline uint8_t panamem_live_mark(const void *ctx) {
  return (uint8_t)(PANAMEM_MARK_LIVE | (uint32_t)((uintptr_t)ctx >> PANAMEM_BIN_SHIFT));
}

static inline uint8_t *panamem_mark_of(uint64_t offset) {
  return &panamem_marks[offset >> PANAMEM_GRANULE_SHIFT];
}

static inline uint64_t panamem_offset_of(const void *block) {
  return (uint64_t)block - panamem_heap.range_base;
}

/* A block of 0 bytes for the ctx's domain, in arena 0: only its mark is taken. NULL when no free place was found. */
void *panamem_marks_take_empty(void *ctx);

static inline bool panamem_is_empty_block(uint64_t offset) {
  return offset < PANAMEM_ARENA_BYTES;
}

/* Is it freed? For the heap walk, which finds blocks in quarantine beside the live ones. */
bool panamem_hardened_is_held(const void *block);

#endif
