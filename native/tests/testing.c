/* SPDX-License-Identifier: Apache-2.0
 *
 * libpanamem-testing.so: what the Java tests need of the C side: fresh heaps, threads, and the fallback as an operator.
 */
#include <string.h>

#include "../bin.h"
#include "../class.h"
#include "../fallback.h"
#include "../heap.h"
#include "../range.h"
#include "../shelf.h"
#include "../slots.h"
#include "../thread.h"

#define EXPORT __attribute__((visibility("default")))
#define REQUEST_MASK (((uint64_t)1 << PANAMEM_REQUEST_SHIFT) - 1)
#define OPEN_CAPACITY 60

/* A fresh, empty heap; the previous one is unmapped. Answers its address, or 0. */
EXPORT int64_t panamem_testing_heap_reset(int64_t range_bytes) {
  panamem_range_release();
  if (!panamem_range_reserve((uint64_t)range_bytes)) {
    return 0;
  }
  panamem_heap.page_heap.dirty_cap_bytes = UINT64_MAX;
  panamem_heap.page_heap.decay_nanos = UINT64_MAX;
  return (int64_t)&panamem_heap;
}

/* A registered thread struct with all magazines open, for blocks up to a capacity that depends on the class. */
EXPORT int64_t panamem_testing_thread(void) {
  struct panamem_thread *thread = panamem_thread_make();
  for (uint32_t bin = 0; thread != NULL && bin < PANAMEM_BINS; bin++) {
    while (panamem_magazine_capacity(&thread->magazines[bin]) < OPEN_CAPACITY &&
           panamem_slots_grow(thread, bin) == PANAMEM_GROWN) {
    }
  }
  return (int64_t)thread;
}

EXPORT int64_t panamem_testing_fallback_refill(int64_t thread, int64_t bin, int64_t count) {
  return panamem_fallback_refill((struct panamem_thread *)thread, (uint32_t)bin, (uint32_t)count, PANAMEM_FALLBACK_BOOT);
}

EXPORT int64_t panamem_testing_fallback_flush(int64_t thread_address, int64_t bin, int64_t count) {
  struct panamem_thread *thread = (struct panamem_thread *)thread_address;
  struct panamem_magazine *magazine = &thread->magazines[bin];
  uint32_t given = panamem_fallback_flush(thread, (uint32_t)bin, (uint32_t)count);
  size_t left = (size_t)(magazine->top - magazine->base) - given;
  memmove(magazine->base + 1, magazine->base + 1 + given, left * sizeof magazine->base[0]);
  magazine->top -= given;
  return given;
}

/* As PANAMEM_ENTRY_ALLOCATE; small blocks without the magazine. */
EXPORT int64_t panamem_testing_fallback_allocate(int64_t thread, int64_t request, int64_t zeroed) {
  (void)thread;
  uint32_t domain = (uint32_t)((uint64_t)request >> PANAMEM_REQUEST_SHIFT);
  uint64_t bytes = (uint64_t)request & REQUEST_MASK;
  if (bytes > PANAMEM_SMALL_MAX_BYTES) {
    return (int64_t)panamem_fallback_allocate(domain, bytes, zeroed != 0, PANAMEM_FALLBACK_BOOT);
  }
  uint32_t class = panamem_class_of(bytes == 0 ? 1 : bytes);
  void *block = panamem_fallback_take(domain << PANAMEM_BIN_SHIFT | class, PANAMEM_FALLBACK_BOOT);
  if (block != NULL && zeroed != 0) {
    memset(block, 0, bytes);
  }
  return (int64_t)block;
}

EXPORT int64_t panamem_testing_fallback_free(int64_t thread, int64_t block, int64_t unused) {
  (void)thread;
  (void)unused;
  return panamem_fallback_free((void *)block);
}

/* A block from the bin's pools that are there, counted as handed out; 0 when Java has to make one. */
EXPORT int64_t panamem_testing_take_there(int64_t bin, int64_t unused, int64_t neither) {
  (void)unused;
  (void)neither;
  void *block = NULL;
  panamem_heap.bins[bin].allocations += panamem_bin_take_there((uint32_t)bin, 1, &block);
  return (int64_t)block;
}

/* 1 when the block is back in its pool, 0 when Java has to take it. */
EXPORT int64_t panamem_testing_give_there(int64_t bin, int64_t block, int64_t unused) {
  (void)unused;
  return panamem_bin_give_there((uint32_t)bin, (void **)&block, 1);
}

/* The thread gives the block back and keeps it ready: 1, or 0 when it cannot. */
EXPORT int64_t panamem_testing_shelf_give(int64_t thread, int64_t block, int64_t unused) {
  (void)unused;
  return panamem_shelf_give((struct panamem_thread *)thread, (void *)block);
}

/* A ready block for so many bytes of the domain, or 0. */
EXPORT int64_t panamem_testing_shelf_take(int64_t thread, int64_t domain, int64_t bytes) {
  return (int64_t)panamem_shelf_take((struct panamem_thread *)thread, (uint32_t)domain, (size_t)bytes);
}
