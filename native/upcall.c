/* SPDX-License-Identifier: Apache-2.0
 *
 * The `upcall` rows: every call crosses, and Java itself pops and pushes the thread's magazines. When the gate is shut the
 * arena rows serve on the same magazines.
 */
#include "upcall.h"

#include "class.h"
#include "entry.h"
#include "fast_path.h"
#include "heap.h"
#include "invalid.h"
#include "magazine.h"
#include "slots.h"
#include "start.h"

#define MAGAZINE_BLOCKS 31u

/* Java can fill magazines but not open them, so a thread's first crossing finds all of them open. */
static void open_magazines(struct panamem_thread *thread) {
  for (uint32_t bin = 0; bin < PANAMEM_BINS; bin++) {
    struct panamem_magazine *magazine = &thread->magazines[bin];
    while (panamem_magazine_capacity(magazine) < MAGAZINE_BLOCKS && panamem_slots_grow(thread, bin) == PANAMEM_GROWN) {
    }
  }
  thread->flags |= PANAMEM_THREAD_MAGAZINES_OPEN;
}

/* The calling thread when it may cross, else NULL. */
static inline struct panamem_thread *crossing_thread(void) {
  struct panamem_thread *thread = panamem_self;
  if (UNLIKELY((thread->flags & PANAMEM_THREAD_MAGAZINES_OPEN) == 0)) {
    if (!panamem_prepare_and_boot() || (thread = panamem_thread_ensure()) == NULL) {
      return NULL;
    }
    open_magazines(thread);
  }
  return panamem_gate_open(thread) ? thread : NULL;
}

static inline int64_t request_of(const void *ctx, size_t bytes) {
  uint64_t domain = (uintptr_t)ctx >> PANAMEM_BIN_SHIFT;
  return (int64_t)(domain << PANAMEM_REQUEST_SHIFT | bytes);
}

static void count_large(struct panamem_thread *thread, const void *block, size_t bytes) {
  if (bytes > PANAMEM_SMALL_MAX_BYTES && block != NULL) {
    thread->large_allocations++;
  }
}

static void *allocate(void *ctx, size_t bytes, bool zeroed) {
  struct panamem_thread *thread = crossing_thread();
  if (thread == NULL) {
    return zeroed ? panamem_arena_calloc(ctx, 1, bytes) : panamem_arena_malloc(ctx, bytes);
  }
  if (bytes > panamem_heap.range_bytes) {
    return NULL;
  }
  void *block =
      (void *)panamem_cross_for_blocks(thread, PANAMEM_ENTRY_ALLOCATE, (int64_t)thread, request_of(ctx, bytes), zeroed);
  count_large(thread, block, bytes);
  return block;
}

void *panamem_upcall_malloc(void *ctx, size_t bytes) {
  return allocate(ctx, bytes, false);
}

void *panamem_upcall_calloc(void *ctx, size_t count, size_t element_bytes) {
  size_t bytes;
  return __builtin_mul_overflow(count, element_bytes, &bytes) ? NULL : allocate(ctx, bytes, true);
}

void *panamem_upcall_realloc(void *ctx, void *block, size_t bytes) {
  if (block == NULL) {
    return allocate(ctx, bytes, false);
  }
  struct panamem_thread *thread = panamem_is_ours(block) ? crossing_thread() : NULL;
  if (thread == NULL) {
    return panamem_arena_realloc(ctx, block, bytes);
  }
  if (bytes > panamem_heap.range_bytes) {
    return NULL;
  }
  if (panamem_block_bytes(block) == 0) {
    panamem_invalid_block("realloc", block);
  }
  int64_t request = request_of(ctx, bytes);
  void *moved =
      (void *)panamem_cross_for_blocks(thread, PANAMEM_ENTRY_REALLOCATE, (int64_t)thread, (int64_t)block, request);
  if (moved == block) {
    thread->resizes++;
  } else {
    count_large(thread, moved, bytes);
  }
  return moved;
}

void panamem_upcall_free(void *ctx, void *block) {
  struct panamem_thread *thread = panamem_is_ours(block) ? crossing_thread() : NULL;
  if (thread == NULL) {
    panamem_arena_free(ctx, block);
  } else if (panamem_cross(thread, PANAMEM_ENTRY_FREE, (int64_t)thread, (int64_t)block, 0) == 0) {
    panamem_invalid_block("free", block);
  }
}
