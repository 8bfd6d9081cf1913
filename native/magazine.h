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

/* A block of at least so many bytes that has whole pages (abi.h) of its own, for panamem_arena_free; NULL when refused. */
void *panamem_arena_pages(void *ctx, size_t bytes);

/* Usable bytes of a live block of ours; 0 for any other. */
size_t panamem_block_bytes(const void *block);

#endif
