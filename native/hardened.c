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
#include "slots.h"
#include "start.h"

#define PROBED_BYTES 256u              /* a longer block is looked at so far from each end */
#define MEMSET_MOST_BYTES (256u << 10) /* more is zeroed by the OS */

/* ---- Beginning ----------------------------------------------------------------------------------------------------------- */

static void prepare(void) {
  uint8_t *mapped = panamem_marks_map();
  if (mapped != NULL && panamem_hardened_prepare_quarantine()) {
    /* Threads that begin take neighbouring blocks, and would wait for each other's marks. */
    __atomic_store_n(&panamem_magazine_first_bytes, PANAMEM_MARKS_LINE_BYTES, __ATOMIC_RELAXED);
    panamem_marks_publish(mapped);
  }
}

/* False where there are no marks: then these are the arena rows. */
static bool is_ready(void) {
  static bool prepared;
  if (LIKELY(panamem_marks_ready())) {
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
  return panamem_marks_ready();
}

/* Of the same domain. */
static inline void *arena_ctx(const void *ctx) {
  return (void *)((uintptr_t)ctx - PANAMEM_MARK_LIVE); /* NOLINT: a number */
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
    panamem_hardened_hold(arena_ctx(ctx), block);
  } else {
    size_t bytes = panamem_block_bytes(block);
    zero_large(block, bytes);
    panamem_hardened_hold_large(arena_ctx(ctx), block, bytes);
  }
}

/* ---- Allocate and free: the same twice, with zeroing and without --------------------------------------------------------- */

static inline void *marked(void *ctx, void *block) {
  *panamem_mark_of(block) = panamem_live_mark(ctx, block);
  return block;
}

static NOINLINE void *allocate_rare(void *ctx, size_t bytes, bool zeroing) {
  if (!is_ready()) {
    return panamem_arena_malloc(arena_ctx(ctx), bytes);
  }
  void *block = bytes == 0 ? panamem_marks_take_empty(ctx) : NULL;
  if (block == NULL) {
    block = panamem_arena_malloc(arena_ctx(ctx), bytes);
  }
  if (block == NULL && zeroing && panamem_hardened_release_held(arena_ctx(ctx))) {
    block = panamem_arena_malloc(arena_ctx(ctx), bytes);
  }
  return block == NULL ? NULL : marked(ctx, block);
}

static INLINE void *allocate(const char *operation, void *ctx, size_t bytes, uintptr_t caller, bool zeroing) {
  void *block = LIKELY(bytes != 0 && panamem_marks_ready()) ? panamem_arena_malloc(arena_ctx(ctx), bytes) : NULL;
  if (LIKELY(block != NULL)) {
    marked(ctx, block);
  } else if ((block = allocate_rare(ctx, bytes, zeroing)) == NULL || bytes == 0 || !panamem_marks_ready()) {
    return block; /* without marks nothing was zeroed either */
  }
  if (zeroing && UNLIKELY(!reads_as_zero(block, bytes))) {
    panamem_hardened_refuse_written(operation, ctx, caller, block);
  }
  return block;
}

static inline uint32_t bin_at(uint64_t granules) {
  return panamem_page_map()[granules >> (PANAMEM_PAGE_SHIFT - PANAMEM_GRANULE_SHIFT)];
}

/* Aligned as a block is, in the range, and marked as the domain's? *bin is set when it is. */
static INLINE bool is_live(const void *block, const void *ctx, uint32_t *bin) {
  uint64_t granules = panamem_granules_before(block);
  if (UNLIKELY(granules >= panamem_marks.granules)) {
    return false;
  }
  *bin = bin_at(granules);
  return panamem_is_coarse(*bin)
             ? panamem_marks.coarse[granules / PANAMEM_STEP_GRANULES] == panamem_coarse_live_at(ctx, granules)
             : panamem_marks.fine[granules] == panamem_fine_live(ctx);
}

/* Of an address where no block of the domain lives; returns only when it is for the arena row. */
static void refuse(const char *operation, void *ctx, const void *block, uintptr_t caller) {
  if (panamem_marks_ready() && panamem_is_ours(block)) {
    panamem_hardened_refuse(operation, ctx, caller, block);
  }
  panamem_hardened_pass_on(operation, ctx, caller, block);
}

static NOINLINE void free_other(void *ctx, void *block, uintptr_t caller) {
  if (block != NULL) {
    refuse("Free", ctx, block, caller);
    panamem_arena_free(arena_ctx(ctx), block);
  }
}

static NOINLINE void *resize_other(void *ctx, void *block, size_t bytes, uintptr_t caller, bool zeroing) {
  if (block == NULL) {
    return allocate("Realloc", ctx, bytes, caller, zeroing);
  }
  refuse("Realloc", ctx, block, caller);
  return panamem_arena_realloc(arena_ctx(ctx), block, bytes);
}

/* ---- The rows with zeroing ----------------------------------------------------------------------------------------------- */

/* What the program's call returns to: PyMem_Malloc and its siblings jump here. */
#define CALLER ((uintptr_t)__builtin_return_address(0))

/* A live block comes. */
static INLINE void release(void *ctx, void *block) {
  *panamem_mark_of(block) = PANAMEM_MARK_HELD;
  if (LIKELY(!panamem_is_empty_block(block))) {
    zero_and_hold(ctx, block);
  }
}

void *panamem_zeroing_malloc(void *ctx, size_t bytes) {
  return allocate("Malloc", ctx, bytes, CALLER, true);
}

void *panamem_zeroing_calloc(void *ctx, size_t count, size_t element_bytes) {
  size_t bytes;
  void *block = __builtin_mul_overflow(count, element_bytes, &bytes) ? NULL : allocate("Calloc", ctx, bytes, CALLER, true);
  if (block != NULL && (bytes > 2 * PROBED_BYTES || !panamem_marks_ready())) { /* what is shorter was found to be zero */
    memset(block, 0, bytes);
  }
  return block;
}

/* The arena's own realloc will not do where freed memory is zero: it may free pages as they are. */
void *panamem_zeroing_realloc(void *ctx, void *block, size_t bytes) {
  uint32_t bin;
  if (UNLIKELY(!is_live(block, ctx, &bin))) {
    return resize_other(ctx, block, bytes, CALLER, true);
  }
  size_t block_bytes = panamem_block_bytes(block);
  if (panamem_fits_in_place(block_bytes, bytes)) {
    panamem_thread_count_own_resize();
    return block;
  }
  void *moved = allocate("Realloc", ctx, bytes, CALLER, true);
  if (moved != NULL) {
    memcpy(moved, block, block_bytes < bytes ? block_bytes : bytes);
    release(ctx, block);
  }
  return moved;
}

void panamem_zeroing_free(void *ctx, void *block) {
  uint32_t bin;
  if (LIKELY(is_live(block, ctx, &bin))) {
    release(ctx, block);
  } else {
    free_other(ctx, block, CALLER);
  }
}

/* ---- The rows without ---------------------------------------------------------------------------------------------------- */

static NOINLINE void *allocate_plain(void *ctx, size_t bytes) {
  return allocate("Malloc", ctx, bytes, 0, false);
}

static NOINLINE void *allocate_zeroed(void *ctx, size_t bytes) {
  if (bytes == 0) {
    return allocate_plain(ctx, bytes);
  }
  bool ready = is_ready(); /* asked first: what there is no room to mark is the arena's all the same */
  void *block = panamem_arena_calloc(arena_ctx(ctx), 1, bytes);
  return ready && block != NULL ? marked(ctx, block) : block;
}

/* Also before there are marks, or while they come, whatever the size. */
static NOINLINE void *allocate_large(void *ctx, size_t bytes) {
  if (UNLIKELY(bytes <= PANAMEM_SMALL_MAX_BYTES || !panamem_marks_ready())) {
    return allocate_plain(ctx, bytes);
  }
  void *block = panamem_arena_malloc_large((uint32_t)((uintptr_t)ctx >> PANAMEM_BIN_SHIFT), bytes);
  if (LIKELY(block != NULL)) {
    *panamem_coarse_mark(block) = panamem_coarse_live(ctx, block);
  }
  return block;
}

/* A block that the thread's magazine has ready, or NULL. Requests of 0 bytes have a shut magazine. */
static INLINE void *pop_ready(void *ctx, uintptr_t class) {
  return panamem_magazine_pop(&panamem_self->magazines[(uintptr_t)ctx - PANAMEM_MARK_LIVE + class]);
}

/* The same, marked, for at most PANAMEM_FINE_MAX_BYTES: a mark is all that there is to it. */
static INLINE void *take_short(void *ctx, size_t bytes) {
  void *block = pop_ready(ctx, panamem_class_of_short(bytes));
  if (LIKELY(block != NULL)) {
    *panamem_fine_mark(block) = panamem_fine_live(ctx);
  }
  return block;
}

/* For more, up to PANAMEM_SMALL_MAX_BYTES. */
static INLINE void *take_long(void *ctx, size_t bytes) {
  void *block = pop_ready(ctx, panamem_class_of_long(bytes));
  if (LIKELY(block != NULL)) {
    *panamem_coarse_mark(block) = panamem_coarse_live(ctx, block);
  }
  return block;
}

static NOINLINE void *allocate_long(void *ctx, size_t bytes) {
  if (UNLIKELY(bytes > panamem_marks.small_max_bytes)) {
    return allocate_large(ctx, bytes);
  }
  void *block = take_long(ctx, bytes);
  return LIKELY(block != NULL) ? block : allocate_plain(ctx, bytes);
}

void *panamem_hardened_malloc(void *ctx, size_t bytes) {
  if (UNLIKELY(bytes > panamem_marks.fine_max_bytes)) {
    return allocate_long(ctx, bytes);
  }
  void *block = take_short(ctx, bytes);
  return LIKELY(block != NULL) ? block : allocate_plain(ctx, bytes);
}

void *panamem_hardened_calloc(void *ctx, size_t count, size_t element_bytes) {
  size_t bytes;
  if (__builtin_mul_overflow(count, element_bytes, &bytes)) {
    return NULL;
  }
  void *block = NULL;
  if (LIKELY(bytes <= panamem_marks.fine_max_bytes)) {
    block = take_short(ctx, bytes);
  } else if (LIKELY(bytes <= panamem_marks.small_max_bytes)) {
    block = take_long(ctx, bytes);
  }
  return LIKELY(block != NULL) ? memset(block, 0, bytes) : allocate_zeroed(ctx, bytes);
}

/* The mark says already that it is free. */
static NOINLINE void free_marked(void *ctx, void *block) {
  if (panamem_bin_at(block) % PANAMEM_CLASS_SLOTS == PANAMEM_CLASS_LARGE) {
    panamem_arena_free_large(block);
  } else if (!panamem_is_empty_block(block)) {
    panamem_arena_free(arena_ctx(ctx), block);
  }
}

/* A live block comes, whose mark this is. Large ones and those of 0 bytes lie on pages whose magazine is shut. */
static INLINE void give(void *ctx, void *block, uint32_t bin, uint8_t *mark) {
  bool pushed = panamem_magazine_push(&panamem_self->magazines[bin], block);
  *mark = PANAMEM_MARK_HELD; /* behind the push, which need not wait for it */
  if (UNLIKELY(!pushed)) {
    free_marked(ctx, block);
  }
}

/* Each test leads straight on, and what few calls need is elsewhere: a taken branch costs more than an instruction. */
void panamem_hardened_free(void *ctx, void *block) {
  uint64_t granules = panamem_granules_before(block);
  if (UNLIKELY(granules >= panamem_marks.granules)) {
    free_other(ctx, block, CALLER);
    return;
  }
  uint32_t bin = bin_at(granules);
  if (UNLIKELY(panamem_is_coarse(bin))) {
    uint8_t *mark = &panamem_marks.coarse[granules / PANAMEM_STEP_GRANULES];
    if (LIKELY(*mark == panamem_coarse_live_at(ctx, granules))) {
      give(ctx, block, bin, mark);
      return;
    }
  } else {
    uint8_t *mark = &panamem_marks.fine[granules];
    if (LIKELY(*mark == panamem_fine_live(ctx))) {
      give(ctx, block, bin, mark);
      return;
    }
  }
  free_other(ctx, block, CALLER);
}

/* The mark of a block that the arena moves goes with it. */
static void *resize_large(void *ctx, void *block, size_t bytes) {
  *panamem_coarse_mark(block) = PANAMEM_MARK_HELD; /* before the arena may hand it to another thread */
  void *moved = panamem_arena_realloc(arena_ctx(ctx), block, bytes);
  void *live = moved != NULL ? moved : block;
  *panamem_coarse_mark(live) = panamem_coarse_live(ctx, live);
  return moved;
}

/* A live block that does not keep its place, or is large, or of 0 bytes. */
static NOINLINE void *resize(void *ctx, void *block, size_t bytes) {
  size_t block_bytes = panamem_block_bytes(block);
  if (bytes > PANAMEM_SMALL_MAX_BYTES && block_bytes > PANAMEM_SMALL_MAX_BYTES) {
    return resize_large(ctx, block, bytes);
  }
  void *moved = panamem_hardened_malloc(ctx, bytes > block_bytes ? panamem_arena_room(bytes) : bytes);
  if (moved != NULL) {
    memcpy(moved, block, block_bytes < bytes ? block_bytes : bytes);
    panamem_hardened_free(ctx, block);
  }
  return moved;
}

void *panamem_hardened_realloc(void *ctx, void *block, size_t bytes) {
  uint32_t bin;
  if (UNLIKELY(!is_live(block, ctx, &bin))) {
    return resize_other(ctx, block, bytes, CALLER, false);
  }
  if (LIKELY(panamem_fits_in_place(panamem_bin_class(bin)->block_bytes, bytes))) {
    panamem_thread_count_own_resize();
    return block;
  }
  return resize(ctx, block, bytes);
}
