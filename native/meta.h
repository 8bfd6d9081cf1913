/* SPDX-License-Identifier: Apache-2.0
 *
 * Memory for our own small structures (threads, magazine slots), apart from the heap that we manage for others.
 */
#ifndef PANAMEM_NATIVE_META_H
#define PANAMEM_NATIVE_META_H

#include <stddef.h>

#define PANAMEM_META_MOST_BYTES (64 * 1024)

/* So many zeroed bytes (at most PANAMEM_META_MOST_BYTES), aligned to a cache line; NULL when the OS refuses. */
void *panamem_meta_allocate(size_t bytes);

/* The same, for who sets all that is ever read: pages that nobody touches take no memory. */
void *panamem_meta_allocate_unset(size_t bytes);

/* Takes back what either gave for so many bytes; NULL is ignored. */
void panamem_meta_free(void *memory, size_t bytes);

/* For the fork handlers, which hold every lock of the library across fork. */
void panamem_meta_lock(void);
void panamem_meta_unlock(void);

#endif
