/* SPDX-License-Identifier: Apache-2.0
 *
 * Memory for what is known about blocks: apart from every heap, counted, bounded, and never given back.
 */
#ifndef PANAMEM_NATIVE_ASIDE_H
#define PANAMEM_NATIVE_ASIDE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* No more than this is ever taken; what would exceed it is not remembered. */
#define PANAMEM_ASIDE_MOST_BYTES (2ull << 30)

/* The one lock of all that is kept here. False when another holds it for too long, as a signal handler finds it that
 * interrupted its holder: then nothing must be added. */
bool panamem_aside_lock(void);
void panamem_aside_unlock(void);

/* Zeroed memory, aligned to 32 bytes, or NULL when the OS refuses or the bound is reached. Under the lock. */
void *panamem_aside_allocate(size_t bytes);

/* The same for a table that is large and mostly empty: the OS provides what is touched, and it does not count. Made once and
 * kept in *place, also when several threads come at the same time; without the lock. */
void *panamem_aside_reserve(void **place, size_t bytes);

/* Bytes taken so far. */
uint64_t panamem_aside_bytes(void);

/* For the fork handlers, which hold every lock of the library across fork. */
void panamem_aside_before_fork(void);

#endif
