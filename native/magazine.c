/* SPDX-License-Identifier: Apache-2.0
 *
 * Magazines: the fast path pops and pushes one word; everything else is on the slow side of one branch.
 *
 *   malloc   class ← size;  magazine ← thread[domain, class];  pop, or slow when the popped word is the 0 at the bottom
 *   free     in the range?  bin ← page map;  magazine ← thread[bin];  push, or slow when it is at its limit
 *
 * A thread that has no struct (yet, or any more) has shut magazines, and so have bins that are no small class: all of
 * them take the slow branch without a test of their own.
 */
#include "magazine.h"

#include <string.h>

#include "class.h"
#include "entry.h"
#include "fallback.h"
#include "fast_path.h"
#include "heap.h"
#include "invalid.h"
#include "magazine_top.h"
#include "previous.h"
#include "ready.h"
#include "shelf.h"
#include "slots.h"
#include "start.h"
#include "stock.h"
#include "zero.h"

static inline uint32_t domain_of(const void *ctx) {
  return (uint32_t)((uintptr_t)ctx >> PANAMEM_BIN_SHIFT);
}

static inline struct panamem_magazine *magazine_of(struct panamem_thread *thread, uintptr_t bin) {
  return &thread->magazines[bin];
}

static int64_t request_of(uint32_t domain, size_t bytes) {
  return (int64_t)((uint64_t)domain << PANAMEM_REQUEST_SHIFT | bytes);
}

/* ---- Slow malloc and calloc -------------------------------------------------------------------------------------------- */

static void *allocate_by_fallback(struct panamem_thread *thread, uint32_t domain, size_t bytes, bool zeroed) {
  void *block = panamem_fallback_allocate(domain, bytes, zeroed, panamem_fallback_reason());
  if (block == NULL && thread != NULL && panamem_fallback_clear_shelves(thread, 0) > 0) {
    block = panamem_fallback_allocate(domain, bytes, zeroed, panamem_fallback_reason());
  }
  return block;
}

/* how: bits PANAMEM_ALLOCATE_… */
static void *allocate_large(uint32_t domain, size_t bytes, int how) {
  struct panamem_thread *thread = panamem_thread_ensure();
  if (bytes > panamem_heap.range_bytes) {
    return NULL;
  }
  if (thread != NULL) {
    panamem_shelf_missed(thread, domain, bytes);
    panamem_ready_review(thread);
  }
  void *block;
  if (thread != NULL && panamem_gate_open(thread)) {
    int64_t request = request_of(domain, bytes);
    block = (void *)panamem_cross_for_blocks(thread, PANAMEM_ENTRY_ALLOCATE, (int64_t)thread, request, how);
  } else {
    block = allocate_by_fallback(thread, domain, bytes, (how & PANAMEM_ALLOCATE_ZEROED) != 0);
  }
  if (block != NULL) {
    panamem_thread_count_large(thread);
  }
  return block;
}

#define SINGLE_USE_BYTES 512u

/* A list that grows asks for one block of each larger class and soon gives it back. A magazine would keep them all, in every
 * thread; so a larger class has none before its second block. */
static bool may_be_used_once(const struct panamem_magazine *magazine, uint32_t bin) {
  return magazine->allocations == 0 && panamem_magazine_capacity(magazine) == 0 &&
         panamem_bin_class(bin)->block_bytes >= SINGLE_USE_BYTES;
}

static void *allocate_small(uint32_t domain, size_t bytes) {
  uint32_t bin = domain << PANAMEM_BIN_SHIFT | panamem_class_of(bytes == 0 ? 1 : bytes);
  struct panamem_thread *thread = panamem_thread_ensure();
  if (thread == NULL) {
    return panamem_fallback_take(bin, panamem_fallback_reason());
  }
  struct panamem_magazine *magazine = magazine_of(thread, bin);
  bool single = may_be_used_once(magazine, bin);
  void *block = panamem_magazine_pop(magazine);
  if (block == NULL && panamem_stock_refill(thread, bin) > 0) {
    block = panamem_magazine_pop(magazine);
  }
  if (single && magazine->top == magazine->base) {
    panamem_slots_lend(thread, bin);
  }
  return block;
}

static NOINLINE void *malloc_slow(uint32_t domain, size_t bytes) {
  if (!panamem_prepare_and_boot_when_due()) {
    return panamem_previous[domain].malloc(panamem_previous[domain].ctx, bytes);
  }
  return bytes > PANAMEM_SMALL_MAX_BYTES ? allocate_large(domain, bytes, 0) : allocate_small(domain, bytes);
}

void *panamem_arena_pages(void *ctx, size_t bytes) {
  return panamem_prepare_and_boot_when_due() ? allocate_large(domain_of(ctx), bytes, PANAMEM_ALLOCATE_PAGES) : NULL;
}

static NOINLINE void *calloc_slow(uint32_t domain, size_t bytes) {
  if (!panamem_prepare_and_boot_when_due()) {
    return panamem_previous[domain].calloc(panamem_previous[domain].ctx, 1, bytes);
  }
  if (bytes > PANAMEM_SMALL_MAX_BYTES) {
    return allocate_large(domain, bytes, PANAMEM_ALLOCATE_ZEROED);
  }
  void *block = allocate_small(domain, bytes);
  return block == NULL ? NULL : memset(block, 0, bytes);
}

/* Apart from the small blocks' path, whose registers it would cost. */
NOINLINE void *panamem_arena_malloc_large(uint32_t domain, size_t bytes) {
  void *block = panamem_shelf_take(panamem_self, domain, bytes);
  return LIKELY(block != NULL) ? block : malloc_slow(domain, bytes);
}

static NOINLINE void *calloc_large(uint32_t domain, size_t bytes) {
  void *block = panamem_shelf_take(panamem_self, domain, bytes);
  return LIKELY(block != NULL) ? panamem_zero_large(block, bytes) : calloc_slow(domain, bytes);
}

/* ---- Slow free and realloc --------------------------------------------------------------------------------------------- */

static void free_direct(struct panamem_thread *thread, void *block) {
  bool freed = thread != NULL && panamem_gate_open(thread)
                   ? panamem_cross(thread, PANAMEM_ENTRY_FREE, (int64_t)thread, (int64_t)block, 0) != 0
                   : panamem_fallback_free(block);
  if (!freed) {
    panamem_invalid_block("free", block);
  }
}

NOINLINE void panamem_arena_free_large(void *block) {
  struct panamem_thread *thread = LIKELY(panamem_self->serial != 0) ? panamem_self : panamem_thread_ensure();
  if (thread == NULL || !panamem_shelf_give(thread, block)) {
    free_direct(thread, block);
  } else if (panamem_shelves_bytes(thread) > panamem_shelves_cap_bytes(thread)) {
    panamem_ready_overflow(thread);
  }
}

/* The bin is that of a size class, or of none. */
static NOINLINE void free_small(uint32_t bin, void *block) {
  struct panamem_thread *thread = panamem_thread_ensure();
  if (thread == NULL || bin % PANAMEM_CLASS_SLOTS == PANAMEM_CLASS_NONE) {
    free_direct(thread, block);
    return;
  }
  struct panamem_magazine *magazine = magazine_of(thread, bin);
  if (panamem_slots_lent(thread, bin)) {
    free_direct(thread, block);
    return;
  }
  if (magazine->top == magazine->limit) {
    panamem_stock_relieve(thread, bin);
  }
  if (magazine->top == magazine->limit) { /* no memory for slots */
    free_direct(thread, block);
  } else {
    *++magazine->top = block;
  }
}

static NOINLINE void free_slow(uint32_t domain, void *block) {
  if (block == NULL) {
    return;
  }
  if (!panamem_is_ours(block)) {
    panamem_previous[domain].free(panamem_previous[domain].ctx, block);
    return;
  }
  uint32_t bin = panamem_page_map()[panamem_page_of(block)];
  if (bin % PANAMEM_CLASS_SLOTS == PANAMEM_CLASS_LARGE) {
    panamem_arena_free_large(block);
  } else {
    free_small(bin, block);
  }
}

size_t panamem_block_bytes(const void *block) {
  if (!panamem_is_ours(block)) {
    return 0;
  }
  uint32_t page = panamem_page_of(block);
  uint32_t class = panamem_page_map()[page] % PANAMEM_CLASS_SLOTS;
  if (class != PANAMEM_CLASS_LARGE) {
    return panamem_heap.classes[class].block_bytes;
  }
  return panamem_is_live_large(block) ? (size_t)panamem_record(page)->run_pages << PANAMEM_PAGE_SHIFT : 0;
}

static void *realloc_by_copy(void *ctx, void *block, size_t block_bytes, size_t bytes) {
  void *moved = panamem_arena_malloc(ctx, bytes);
  if (moved != NULL) {
    memcpy(moved, block, block_bytes < bytes ? block_bytes : bytes);
    panamem_arena_free(ctx, block);
  }
  return moved;
}

/* As much as panamem_fits_in_place lets it keep. */
static INLINE size_t with_room(size_t bytes) {
  size_t keeps_bytes = (4 * bytes - 1) / 3;
  if (bytes <= PANAMEM_LINEAR_MAX_BYTES || keeps_bytes > PANAMEM_SMALL_MAX_BYTES) {
    return bytes;
  }
  uint32_t class = panamem_class_of(keeps_bytes);
  size_t block_bytes = panamem_heap.classes[class].block_bytes;
  return block_bytes > keeps_bytes ? panamem_heap.classes[class - 1].block_bytes : block_bytes;
}

size_t panamem_arena_room(size_t bytes) {
  return bytes < PANAMEM_SMALL_MAX_BYTES ? with_room(bytes) : bytes;
}

/* A large block keeps its place and its pages while it grows within them, or uses more than three quarters of them. */
static bool resize_in_run(void *block, size_t block_bytes, size_t bytes) {
  struct panamem_page *record = panamem_record(panamem_page_of(block));
  bool fits = bytes <= block_bytes && (bytes >= record->request_bytes || 4 * bytes > 3 * block_bytes);
  if (fits) {
    record->request_bytes = bytes;
  }
  return fits;
}

static void *realloc_large(void *ctx, void *block, size_t block_bytes, size_t bytes) {
  struct panamem_thread *thread = panamem_thread_ensure();
  if (resize_in_run(block, block_bytes, bytes)) {
    panamem_thread_count_resize(thread);
    return block;
  }
  if (thread == NULL || !panamem_gate_open(thread)) {
    if (panamem_fallback_resize(block, bytes)) {
      panamem_thread_count_resize(thread);
      return block;
    }
    return realloc_by_copy(ctx, block, block_bytes, bytes);
  }
  panamem_ready_review(thread);
  int64_t request = request_of(domain_of(ctx), bytes);
  void *moved = (void *)panamem_cross_for_blocks(thread, PANAMEM_ENTRY_REALLOCATE, (int64_t)thread, (int64_t)block, request);
  if (moved == block) {
    thread->resizes++;
  } else if (moved != NULL) {
    thread->large_allocations++;
  }
  return moved;
}

/* From a small block to another. */
static NOINLINE void *realloc_small(void *ctx, void *block, size_t block_bytes, size_t bytes) {
  return realloc_by_copy(ctx, block, block_bytes, bytes > block_bytes ? with_room(bytes) : bytes);
}

static NOINLINE void *realloc_slow(void *ctx, void *block, size_t bytes) {
  uint32_t domain = domain_of(ctx);
  if (!panamem_is_ours(block)) {
    return panamem_previous[domain].realloc(panamem_previous[domain].ctx, block, bytes);
  }
  if (bytes > panamem_heap.range_bytes) {
    return NULL;
  }
  size_t block_bytes = panamem_block_bytes(block);
  if (block_bytes == 0) {
    panamem_invalid_block("realloc", block);
  }
  if (block_bytes > PANAMEM_SMALL_MAX_BYTES && bytes > PANAMEM_SMALL_MAX_BYTES) {
    return realloc_large(ctx, block, block_bytes, bytes);
  }
  return realloc_by_copy(ctx, block, block_bytes, bytes);
}

/* ---- The rows ------------------------------------------------------------------------------------------------------------ */

void *panamem_arena_malloc(void *ctx, size_t bytes) {
  if (LIKELY(bytes <= PANAMEM_SMALL_MAX_BYTES)) {
    void *block = panamem_magazine_pop(magazine_of(panamem_self, (uintptr_t)ctx + panamem_class_of(bytes)));
    if (LIKELY(block != NULL)) {
      return block;
    }
    return malloc_slow(domain_of(ctx), bytes);
  }
  return panamem_arena_malloc_large(domain_of(ctx), bytes);
}

void *panamem_arena_calloc(void *ctx, size_t count, size_t element_bytes) {
  size_t bytes;
  if (__builtin_mul_overflow(count, element_bytes, &bytes)) {
    return NULL;
  }
  if (LIKELY(bytes <= PANAMEM_SMALL_MAX_BYTES)) {
    void *block = panamem_magazine_pop(magazine_of(panamem_self, (uintptr_t)ctx + panamem_class_of(bytes)));
    if (LIKELY(block != NULL)) {
      return memset(block, 0, bytes);
    }
    return calloc_slow(domain_of(ctx), bytes);
  }
  return calloc_large(domain_of(ctx), bytes);
}

void panamem_arena_free(void *ctx, void *block) {
  uint64_t offset = (uint64_t)block - panamem_heap.range_base;
  if (LIKELY(offset < panamem_heap.range_bytes)) {
    uint32_t bin = panamem_page_map()[offset >> PANAMEM_PAGE_SHIFT];
    if (LIKELY(panamem_magazine_push(magazine_of(panamem_self, bin), block))) {
      return;
    }
  }
  free_slow(domain_of(ctx), block);
}

void *panamem_arena_realloc(void *ctx, void *block, size_t bytes) {
  uint64_t offset = (uint64_t)block - panamem_heap.range_base;
  if (LIKELY(offset < panamem_heap.range_bytes)) {
    uint32_t class = panamem_page_map()[offset >> PANAMEM_PAGE_SHIFT] % PANAMEM_CLASS_SLOTS;
    size_t block_bytes = panamem_heap.classes[class].block_bytes;
    if (panamem_fits_in_place(block_bytes, bytes)) {
      panamem_thread_count_own_resize();
      return block;
    }
    if (LIKELY(block_bytes != 0 && bytes <= PANAMEM_SMALL_MAX_BYTES)) {
      return realloc_small(ctx, block, block_bytes, bytes);
    }
  } else if (block == NULL) {
    return panamem_arena_malloc(ctx, bytes); /* a list's first item: too frequent for the slow path */
  }
  return realloc_slow(ctx, block, bytes);
}
