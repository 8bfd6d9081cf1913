/* SPDX-License-Identifier: Apache-2.0
 *
 * The one heap of the process, and the arithmetic between blocks, pages and their records.
 */
#ifndef PANAMEM_NATIVE_HEAP_H
#define PANAMEM_NATIVE_HEAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../include/panamem/abi.h"

/* Hidden: each call of a row reads it, with no detour. */
extern struct panamem_heap panamem_heap __attribute__((visibility("hidden")));

/* Is the block in our range? One comparison; NULL and an unreserved range answer false. */
static inline bool panamem_is_ours(const void *block) {
  return (uint64_t)block - panamem_heap.range_base < panamem_heap.range_bytes;
}

static inline uint32_t panamem_page_of(const void *block) {
  return (uint32_t)(((uint64_t)block - panamem_heap.range_base) >> PANAMEM_PAGE_SHIFT);
}

static inline void *panamem_page_address(uint32_t page) {
  return (void *)(panamem_heap.range_base + ((uint64_t)page << PANAMEM_PAGE_SHIFT)); /* NOLINT: address arithmetic */
}

static inline struct panamem_page *panamem_record(uint32_t page) {
  return (struct panamem_page *)panamem_heap.records + page;
}

static inline uint8_t *panamem_page_map(void) {
  return (uint8_t *)panamem_heap.page_map;
}

static inline uint8_t *panamem_back_map(void) {
  return (uint8_t *)panamem_heap.back_map;
}

static inline uint32_t panamem_bin_domain(uint32_t bin) {
  return bin >> PANAMEM_BIN_SHIFT;
}

static inline const struct panamem_class *panamem_bin_class(uint32_t bin) {
  return &panamem_heap.classes[bin % PANAMEM_CLASS_SLOTS];
}

#endif
