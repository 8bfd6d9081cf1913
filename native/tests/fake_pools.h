/* SPDX-License-Identifier: Apache-2.0
 *
 * Plays the Java side of `pymalloc` (POOL_REFILL, POOL_FLUSH) with the least that C can see, and the host around it: a raw
 * domain and an arena allocator that count and can refuse.
 */
#ifndef PANAMEM_TESTS_FAKE_POOLS_H
#define PANAMEM_TESTS_FAKE_POOLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fake_pools {
  uint64_t refills, flushes;
  bool refuses; /* both entries answer 0 and do nothing */
  uint64_t raw_mallocs, raw_callocs, raw_reallocs, raw_frees;
  size_t raw_bytes; /* of the last malloc, calloc or realloc */
  bool raw_refuses;
  bool raw_refuses_nodes; /* calloc only */
  uint64_t arenas_given, arenas_taken_back;
  bool hook_refuses;
  uint64_t arena_offset; /* of the next arenas from a multiple of their size */
  uint64_t near_multiple_of; /* when not 0: the next arenas surround a multiple of this */
};
extern struct fake_pools fake_pools;

/* After fake_entries_serve or without it: an empty `pymalloc` state, the host's functions, and the two entries. */
void fake_pools_serve(void);

/* Puts an arena, wholly free or not, into released_arenas, as Java does; the map keeps it. */
void fake_pools_release_arena(uint32_t arena);

#endif
