/* SPDX-License-Identifier: Apache-2.0
 *
 * What the arena rows do, behind a look at the mark; with zeroing also at the block's bytes.
 */
#include "hardened.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#include "class.h"
#include "fast_path.h"
#include "hardened_marks.h"
#include "hardened_quarantine.h"
#include "hardened_refusal.h"
#include "heap.h"
#include "magazine.h"
#include "magazine_top.h"
#include "start.h"

#define PROBED_BYTES 256u              /* a longer block is looked at so far from each end */
#define MEMSET_MOST_BYTES (256u << 10) /* more is zeroed by the OS */

/* ---- Beginning ----------------------------------------------------------------------------------------------------------- */

static void prepare(void) {
  uint8_t *mapped = panamem_marks_map();
  if (mapped != NULL && panamem_hardened_prepare_quarantine()) {
    panamem_marks_publish(mapped);
  }
}

/* False where there are no marks: then these are the arena rows. */
static bool is_ready(void) {
  static bool prepared;
  if (LIKELY(__atomic_load_n(&panamem_marks, __ATOMIC_ACQUIRE) != NULL)) {
    return true;
  }
  if (!panamem_prepare()) {
    return false;
  }
  panamem_hardened_lock();
  if (!prepared) {
    prepare();
    prepared = true;
  }
  panamem_hardened_unlock();
  return panamem_marks != NULL;
}

/* ---- Zeroes -------------------------------------------------------------------------------------------------------------- */

static bool is_zero(const void *from, size_t bytes) {
  const uint64_t *words = from;
  uint64_t any = 0;
  for (size_t i = 0; i < bytes / sizeof *words; i++) {
    any |= words[i];
  }
  return any == 0;
}

/* What the arena handed out was freed before, or never used: it is zero. */
static inline bool reads_as_zero(const void *block, size_t bytes) {
  bytes = (bytes + sizeof(uint64_t) - 1) & ~(sizeof(uint64_t) - 1);
  return bytes <= 2 * PROBED_BYTES
             ? is_zero(block, bytes)
             : is_zero(block, PROBED_BYTES) && is_zero((const char *)block + bytes - PROBED_BYTES, PROBED_BYTES);
}

static void zero_large(void *block, size_t bytes) {
  if (bytes <= MEMSET_MOST_BYTES || madvise(block, bytes, MADV_DONTNEED) != 0) {
    memset(block, 0, bytes);
  }
}

/* A block whose mark says already that it is free. */
static inline void zero_and_hold(void *ctx, void *block) {
  uint32_t class = panamem_page_map()[panamem_page_of(block)] % PANAMEM_CLASS_SLOTS;
  if (LIKELY(class != PANAMEM_CLASS_LARGE)) {
    memset(block, 0, panamem_heap.classes[class].block_bytes);
    panamem_hardened_hold(ctx, block);
  } else {
    size_t bytes = panamem_block_bytes(block);
    zero_large(block, bytes);
    panamem_hardened_hold_large(ctx, block, bytes);
  }
}

/* ---- Allocate and free: the same twice, with zeroing and without --------------------------------------------------------- */

static NOINLINE void *allocate_rare(void *ctx, size_t bytes, bool zeroing) {
  if (!is_ready()) {
    return panamem_arena_malloc(ctx, bytes);
  }
  void *block = bytes == 0 ? panamem_marks_take_empty(ctx) : NULL;
  if (block == NULL) {
    block = panamem_arena_malloc(ctx, bytes);
  }
  if (block == NULL && zeroing && panamem_hardened_release_held(ctx)) {
    block = panamem_arena_malloc(ctx, bytes);
  }
  if (block != NULL) {
    *panamem_mark_of(panamem_offset_of(block)) = panamem_live_mark(ctx);
  }
  return block;
}

static INLINE void *allocate(const char *operation, void *ctx, size_t bytes, uintptr_t caller, bool zeroing) {
  void *block = LIKELY(bytes != 0 && panamem_marks != NULL) ? panamem_arena_malloc(ctx, bytes) : NULL;
  if (LIKELY(block != NULL)) {
    *panamem_mark_of(panamem_offset_of(block)) = panamem_live_mark(ctx);
  } else if ((block = allocate_rare(ctx, bytes, zeroing)) == NULL || bytes == 0) {
    return block;
  }
  if (zeroing && UNLIKELY(!reads_as_zero(block, bytes))) {
    panamem_hardened_refuse_written(operation, ctx, caller, block);
  }
  return block;
}

static inline bool is_live(uint64_t offset, const void *ctx) {
  return offset % PANAMEM_ALIGNMENT == 0 && *panamem_mark_of(offset) == panamem_live_mark(ctx);
}

static INLINE void release(const char *operation, void *ctx, void *block, uintptr_t caller, bool zeroing) {
  uint64_t offset = panamem_offset_of(block);
  if (UNLIKELY(!is_live(offset, ctx))) {
    panamem_hardened_refuse(operation, ctx, caller, block);
  }
  *panamem_mark_of(offset) = PANAMEM_MARK_HELD;
  if (UNLIKELY(panamem_is_empty_block(offset))) {
    return;
  }
  if (zeroing) {
    zero_and_hold(ctx, block);
  } else {
    panamem_arena_free(ctx, block);
  }
}

static inline bool has_mark(const void *block) {
  return panamem_offset_of(block) < panamem_marked_bytes;
}

static INLINE void free_block(void *ctx, void *block, uintptr_t caller, bool zeroing) {
  if (LIKELY(has_mark(block))) {
    release("Free", ctx, block, caller, zeroing);
  } else if (block != NULL) {
    panamem_hardened_pass_on("Free", ctx, caller, block);
    panamem_arena_free(ctx, block);
  }
}

/* The mark of a block that the arena moved goes with it. */
static void *resize_large(void *ctx, void *block, size_t bytes) {
  *panamem_mark_of(panamem_offset_of(block)) = PANAMEM_MARK_HELD; /* before the arena may hand it to another thread */
  void *moved = panamem_arena_realloc(ctx, block, bytes);
  *panamem_mark_of(panamem_offset_of(moved != NULL ? moved : block)) = panamem_live_mark(ctx);
  return moved;
}

/* Keeps its place while the new size fits and uses more than three quarters of it, as in the arena. Where freed memory is
 * zero the arena's own realloc will not do: it may free pages as they are. */
static INLINE void *reallocate(void *ctx, void *block, size_t bytes, uintptr_t caller, bool zeroing) {
  if (block == NULL) {
    return allocate("Realloc", ctx, bytes, caller, zeroing);
  }
  if (!has_mark(block)) {
    panamem_hardened_pass_on("Realloc", ctx, caller, block);
    return panamem_arena_realloc(ctx, block, bytes);
  }
  if (UNLIKELY(!is_live(panamem_offset_of(block), ctx))) {
    panamem_hardened_refuse("Realloc", ctx, caller, block);
  }
  size_t block_bytes = panamem_block_bytes(block);
  if (bytes <= block_bytes && bytes > block_bytes / 4 * 3) {
    return block;
  }
  if (!zeroing && bytes > PANAMEM_SMALL_MAX_BYTES && block_bytes > PANAMEM_SMALL_MAX_BYTES) {
    return resize_large(ctx, block, bytes);
  }
  void *moved = allocate("Realloc", ctx, bytes, caller, zeroing);
  if (moved != NULL) {
    memcpy(moved, block, block_bytes < bytes ? block_bytes : bytes);
    release("Realloc", ctx, block, caller, zeroing);
  }
  return moved;
}

/* A small block that the thread's magazine has ready, marked, or NULL. A mark is all that there is to it. Requests of 0 bytes
 * have a shut magazine. */
static INLINE void *take_ready(void *ctx, size_t bytes) {
  if (UNLIKELY(bytes > PANAMEM_SMALL_MAX_BYTES || panamem_marks == NULL)) {
    return NULL;
  }
  void *block = panamem_magazine_pop(&panamem_self->magazines[(uintptr_t)ctx + panamem_class_of(bytes)]);
  if (LIKELY(block != NULL)) {
    *panamem_mark_of(panamem_offset_of(block)) = panamem_live_mark(ctx);
  }
  return block;
}

static NOINLINE void *allocate_zeroed(void *ctx, size_t bytes) {
  void *block = panamem_arena_calloc(ctx, 1, bytes);
  if (block != NULL && is_ready()) {
    *panamem_mark_of(panamem_offset_of(block)) = panamem_live_mark(ctx);
  }
  return block;
}

static NOINLINE void *allocate_plain(void *ctx, size_t bytes) {
  return allocate("Malloc", ctx, bytes, 0, false);
}

static NOINLINE void free_rare(void *ctx, void *block, uintptr_t caller) {
  free_block(ctx, block, caller, false);
}

/* The mark says already that it is free. */
static NOINLINE void free_marked(void *ctx, void *block) {
  if (!panamem_is_empty_block(panamem_offset_of(block))) {
    panamem_arena_free(ctx, block);
  }
}

/* ---- The rows ------------------------------------------------------------------------------------------------------------ */

/* What the program's call returns to: PyMem_Malloc and its siblings jump here. */
#define CALLER ((uintptr_t)__builtin_return_address(0))

void *panamem_hardened_malloc(void *ctx, size_t bytes) {
  void *block = take_ready(ctx, bytes);
  return LIKELY(block != NULL) ? block : allocate_plain(ctx, bytes);
}

void *panamem_hardened_calloc(void *ctx, size_t count, size_t element_bytes) {
  size_t bytes;
  if (__builtin_mul_overflow(count, element_bytes, &bytes)) {
    return NULL;
  }
  void *block = take_ready(ctx, bytes);
  return LIKELY(block != NULL) ? memset(block, 0, bytes) : allocate_zeroed(ctx, bytes);
}

void *panamem_hardened_realloc(void *ctx, void *block, size_t bytes) {
  return reallocate(ctx, block, bytes, CALLER, false);
}

/* Blocks of 0 bytes lie on pages whose magazine is shut. */
void panamem_hardened_free(void *ctx, void *block) {
  uint64_t offset = panamem_offset_of(block);
  if (UNLIKELY(offset >= panamem_marked_bytes || !is_live(offset, ctx))) {
    free_rare(ctx, block, CALLER);
    return;
  }
  *panamem_mark_of(offset) = PANAMEM_MARK_HELD;
  uint32_t bin = panamem_page_map()[offset >> PANAMEM_PAGE_SHIFT];
  if (UNLIKELY(!panamem_magazine_push(&panamem_self->magazines[bin], block))) {
    free_marked(ctx, block);
  }
}

void *panamem_zeroing_malloc(void *ctx, size_t bytes) {
  return allocate("Malloc", ctx, bytes, CALLER, true);
}

void *panamem_zeroing_calloc(void *ctx, size_t count, size_t element_bytes) {
  size_t bytes;
  void *block = __builtin_mul_overflow(count, element_bytes, &bytes) ? NULL : allocate("Calloc", ctx, bytes, CALLER, true);
  if (block != NULL && bytes > 2 * PROBED_BYTES) { /* what is shorter was found to be zero */
    memset(block, 0, bytes);
  }
  return block;
}

void *panamem_zeroing_realloc(void *ctx, void *block, size_t bytes) {
  return reallocate(ctx, block, bytes, CALLER, true);
}

void panamem_zeroing_free(void *ctx, void *block) {
  free_block(ctx, block, CALLER, true);
}
