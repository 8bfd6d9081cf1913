/* SPDX-License-Identifier: Apache-2.0
 *
 * The slots of magazines: they start small, double with use, and share a byte cap per thread.
 */
#ifndef PANAMEM_NATIVE_SLOTS_H
#define PANAMEM_NATIVE_SLOTS_H

#include <stdbool.h>
#include <stdint.h>

#include "../include/panamem/abi.h"

/* Most bytes of ready blocks that one thread's magazines may hold; the first few slots of a class are always granted. */
extern uint64_t panamem_magazine_cap_bytes;

/* Opens the magazine or doubles its capacity; false when it is as large as it may become. Blocks in it stay. */
bool panamem_slots_grow(struct panamem_thread *thread, uint32_t bin);

/* Frees the slots of all magazines, which are empty; they become shut. */
void panamem_slots_close(struct panamem_thread *thread);

static inline uint32_t panamem_magazine_capacity(const struct panamem_magazine *magazine) {
  return (uint32_t)(magazine->limit - magazine->base);
}

#endif
