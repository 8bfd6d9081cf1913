/* SPDX-License-Identifier: Apache-2.0
 *
 * The `pymalloc` rows of the mem and object domains: one heap with CPython's geometry behind magazines. Requests of 0
 * bytes and of more than PANAMEM_PY_SMALL_MAX_BYTES go to the raw domain as it is installed. ctx as for the arena rows
 * (magazine.h): it says in whose name the fallback serves.
 *
 * The magazines are those behind PANAMEM_PY_BINS, so a process that changes its allocator mixes up no blocks.
 */
#ifndef PANAMEM_NATIVE_PYMALLOC_H
#define PANAMEM_NATIVE_PYMALLOC_H

#include <stddef.h>

void *panamem_pymalloc_malloc(void *ctx, size_t bytes);
void *panamem_pymalloc_calloc(void *ctx, size_t count, size_t element_bytes);
void *panamem_pymalloc_realloc(void *ctx, void *block, size_t bytes);
void panamem_pymalloc_free(void *ctx, void *block);

#endif
