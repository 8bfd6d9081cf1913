/* SPDX-License-Identifier: Apache-2.0
 *
 * The `arena` rows of the domain table: requests are served from the thread's magazines and cross only when one runs dry
 * or over. ctx is the domain << PANAMEM_BIN_SHIFT, as a pointer.
 */
#ifndef PANAMEM_NATIVE_MAGAZINE_H
#define PANAMEM_NATIVE_MAGAZINE_H

#include <stddef.h>
#include <stdint.h>

#include "thread.h"

#define PANAMEM_DOMAIN_CONTEXT(domain) ((void *)((uintptr_t)(domain) << PANAMEM_BIN_SHIFT))

void *panamem_arena_malloc(void *ctx, size_t bytes);
void *panamem_arena_calloc(void *ctx, size_t count, size_t element_bytes);
void *panamem_arena_realloc(void *ctx, void *block, size_t bytes);
void panamem_arena_free(void *ctx, void *block);

/* For a caller who knows already that the request is larger than PANAMEM_SMALL_MAX_BYTES, or the block large. */
void *panamem_arena_malloc_large(uint32_t domain, size_t bytes);
void panamem_arena_free_large(void *block);

/* What a block that grows to so many bytes asks for, if it is still a small one: it will grow again. */
size_t panamem_arena_room(size_t bytes);

/* A block of at least so many bytes that has whole pages (abi.h) of its own, for panamem_arena_free; NULL when refused. */
void *panamem_arena_pages(void *ctx, size_t bytes);

/* Usable bytes of a live block of ours; 0 for any other. */
size_t panamem_block_bytes(const void *block);

#endif
