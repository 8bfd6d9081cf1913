/* SPDX-License-Identifier: Apache-2.0
 *
 * A pool: a run of pages cut into blocks of one bin, with a bitmap of the free ones. The bin's lock guards it.
 */
#ifndef PANAMEM_NATIVE_POOL_H
#define PANAMEM_NATIVE_POOL_H

#include <stdbool.h>
#include <stdint.h>

#include "../include/panamem/abi.h"

/* Makes a pool of the free-standing run of pages that begins at first; all its blocks are free. */
void panamem_pool_make(uint32_t first, uint32_t pages, uint32_t bin);

/* Undoes panamem_pool_make: the run stays with the caller, without bin or bitmap. */
void panamem_pool_dissolve(uint32_t first);

/* Takes up to count free blocks, lowest addresses first, and writes them to slots[count - 1] downwards, so that a
 * magazine that pops from the top hands out rising addresses. Answers how many; they fill the end of slots. */
uint32_t panamem_pool_take(uint32_t first, uint32_t count, void **slots);

/* Gives count blocks back, up to the first that is not one of the pool's that are out; how many. */
uint32_t panamem_pool_give(uint32_t first, void *const *blocks, uint32_t count);

/* The index of the block that begins so many bytes behind its pool's begin; more than any pool has blocks where none begins.
 * For callers that keep the class's figures in registers. */
static inline uint64_t panamem_block_index(uint64_t offset, uint64_t block_bytes, uint64_t reciprocal) {
  uint64_t index = offset * reciprocal >> PANAMEM_RECIPROCAL_SHIFT;
  return index * block_bytes == offset ? index : UINT64_MAX;
}

/* Is the block one that the pool has handed out (to a magazine or a caller)? */
bool panamem_pool_is_out(uint32_t first, const void *block);

#endif
