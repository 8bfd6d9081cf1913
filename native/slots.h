/* SPDX-License-Identifier: Apache-2.0
 *
 * The slots of magazines: they start small, double with use, and share a byte cap per thread.
 */
#ifndef PANAMEM_NATIVE_SLOTS_H
#define PANAMEM_NATIVE_SLOTS_H

#include <stdbool.h>
#include <stdint.h>

#include "../include/panamem/abi.h"

/* Most bytes of ready blocks that one thread's magazines may hold, a quarter of it at first; the first few slots of a class
 * are always granted. */
extern uint64_t panamem_magazine_cap_bytes;

/* Bytes of blocks that a thread takes at once of a class that it has not used before; it takes one block at least. Set
 * before a heap has blocks. */
extern uint64_t panamem_magazine_first_bytes;

/* How many blocks of the bin that is. */
uint32_t panamem_slots_first(uint32_t bin);

enum panamem_growth {
  PANAMEM_GROWN,  /* opened, or doubled */
  PANAMEM_AT_MOST, /* as large as its class may become, or no memory for slots */
  PANAMEM_OVER_CAP /* what the thread may be granted so far is spent */
};

/* Opens the magazine or doubles its capacity. Blocks in it stay. */
enum panamem_growth panamem_slots_grow(struct panamem_thread *thread, uint32_t bin);

/* Halves the magazine's capacity; the blocks in it must fit. False when there is no memory for the smaller slots. */
bool panamem_slots_shrink(struct panamem_thread *thread, uint32_t bin);

/* The magazine that is granted the most bytes, if that is more than twice what this bin's is granted: it can give half to
 * it. PANAMEM_BINS when there is none, so that the exchange comes to rest. */
uint32_t panamem_slots_victim(const struct panamem_thread *thread, uint32_t bin);

/* What stands in a magazine whose thread goes on meanwhile: how many blocks, and in which slots. 0 while they move. */
uint32_t panamem_slots_ready(const struct panamem_magazine *magazine, void *const **slots);

/* Frees the slots of all magazines, which are empty; they become shut. */
void panamem_slots_close(struct panamem_thread *thread);

/* Most blocks that one refill or flush moves: enough to make a crossing cheap, little enough that a thread whose need
 * swings by less than a magazine soon finds all of it there. */
#define PANAMEM_BATCH_MOST 512u

static inline uint32_t panamem_magazine_capacity(const struct panamem_magazine *magazine) {
  return (uint32_t)(magazine->limit - magazine->base);
}

/* Gives up the slots of an empty magazine whose only block so far is in use, and remembers that. */
void panamem_slots_lend(struct panamem_thread *thread, uint32_t bin);

/* Is a block given back to a magazine that was lent out? True once: that block needs no slots, a later one opens them. */
bool panamem_slots_lent(struct panamem_thread *thread, uint32_t bin);

/* How many blocks to move for a magazine of this capacity: half of it, rounded up, at most PANAMEM_BATCH_MOST. */
static inline uint32_t panamem_magazine_batch(uint32_t capacity) {
  uint32_t half = capacity / 2 + 1;
  return half < PANAMEM_BATCH_MOST ? half : PANAMEM_BATCH_MOST;
}

#endif
