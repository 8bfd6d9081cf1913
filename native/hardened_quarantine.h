/* SPDX-License-Identifier: Apache-2.0
 *
 * Where zeroed blocks wait between their free and the arena's (option hardened=zero).
 *
 *   small blocks   each thread has places of its own; a block takes a random one, and what was there leaves
 *   large blocks   a few places for all threads, in turn; the largest do not wait
 *
 * ctx as for the arena rows (magazine.h). The heap counts what waits as live.
 */
#ifndef PANAMEM_NATIVE_HARDENED_QUARANTINE_H
#define PANAMEM_NATIVE_HARDENED_QUARANTINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../include/panamem/abi.h"

/* Makes ready what ends a thread's quarantine with the thread; once, before the first block. False when the OS refuses. */
bool panamem_hardened_prepare_quarantine(void);

/* A small block comes; the one whose place it takes is freed, or itself where there is no memory for a quarantine. */
void panamem_hardened_hold(void *ctx, void *block);

/* The same with a large block of so many usable bytes. */
void panamem_hardened_hold_large(void *ctx, void *block, size_t bytes);

/* The heap is at its limit: what waits in the calling thread and for all goes back to it. Whether there was anything. */
bool panamem_hardened_release_held(void *ctx);

/* What waits in all quarantines; exact while other threads are at rest. */
struct panamem_hardened_held {
  uint64_t blocks;
  uint64_t bytes; /* usable */
};
void panamem_hardened_count(struct panamem_hardened_held held[PANAMEM_DOMAINS]);

/* The lock of the threads' list and of what the rows make once. Also for the fork handlers, which hold every lock of the
 * library across fork. */
void panamem_hardened_lock(void);
void panamem_hardened_unlock(void);

#endif
