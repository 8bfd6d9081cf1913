/* SPDX-License-Identifier: Apache-2.0
 *
 * Arenas of `pymalloc` from and to the arena allocator, on Java's behalf.
 *
 * The arena allocator and the raw domain may be anybody's code, so they are called here, outside Java and without a lock.
 */
#ifndef PANAMEM_NATIVE_PYMALLOC_ARENA_H
#define PANAMEM_NATIVE_PYMALLOC_ARENA_H

#include <stdbool.h>

/* Says that `pymalloc` was chosen: Java finds the map. */
void panamem_py_open(void);

/* Sees to it that an arena stands in offered_arenas, with its slot and its nodes of the map; false when the arena
 * allocator or the raw domain refuses. */
bool panamem_py_offer_arena(void);

/* Hands what stands in released_arenas to the arena allocator. */
void panamem_py_free_released(void);

#endif
