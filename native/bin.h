/* SPDX-License-Identifier: Apache-2.0
 *
 * A bin: all pools of one domain and size class. The caller holds the bin's lock; the page heap's lock is taken inside.
 */
#ifndef PANAMEM_NATIVE_BIN_H
#define PANAMEM_NATIVE_BIN_H

#include <stdbool.h>
#include <stdint.h>

/* Writes up to count free blocks to slots[0 .. answer), making a pool when none has a free block. */
uint32_t panamem_bin_take(uint32_t bin, uint32_t count, void **slots);

/* As panamem_bin_take, but from pools that are there: it makes none. */
uint32_t panamem_bin_take_there(uint32_t bin, uint32_t count, void **slots);

/* Gives blocks back to their pools in turn, up to the first that no pool of this bin has handed out; how many. A pool that
 * becomes empty goes back to the page heap, unless it is the last that could serve. */
uint32_t panamem_bin_give(uint32_t bin, void *const *blocks, uint32_t count);

/* Gives blocks back in turn, up to the first that is not out, or whose pool Java would let go: it would be empty, and the bin
 * have as many free blocks again. How many were given. */
uint32_t panamem_bin_give_there(uint32_t bin, void *const *blocks, uint32_t count);

/* Has a pool of the bin handed the block out? */
bool panamem_bin_is_out(uint32_t bin, const void *block);

#endif
