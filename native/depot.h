/* SPDX-License-Identifier: Apache-2.0
 *
 * Depots: ready blocks of a bin that pass from one thread's magazine to another's without a crossing (abi.h).
 */
#ifndef PANAMEM_NATIVE_DEPOT_H
#define PANAMEM_NATIVE_DEPOT_H

#include <stdbool.h>
#include <stdint.h>

/* Takes over all of the blocks, which are out and in no magazine any more; false when it has no room for them. */
bool panamem_depot_put(uint32_t bin, void *const *blocks, uint32_t count);

/* Writes at most count blocks to the slots, the last that came on top; answers how many. */
uint32_t panamem_depot_take(uint32_t bin, void **slots, uint32_t count);

/* Gives all blocks of all depots back to their pools; false when there was none. No lock is held. */
bool panamem_depots_empty(void);

#endif
