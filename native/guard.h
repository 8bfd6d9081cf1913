/* SPDX-License-Identifier: Apache-2.0
 *
 * The `guard` rows: each block, or one of N, has pages of its own between shut ones, and its pages are shut when it is freed.
 *
 * What such a block may suffer and is told of at once: an access beyond it or after its end, a second free or a realloc of
 * it, an address inside it, another domain's function. What is written within its last 16 bytes, or elsewhere in its
 * pages, is found when it is freed. Realloc always moves. The pages are runs of the heap, which counts and limits them; a
 * block that finds no pages is one of the arena's. ctx as for the arena rows (magazine.h).
 */
#ifndef PANAMEM_NATIVE_GUARD_H
#define PANAMEM_NATIVE_GUARD_H

#include <stddef.h>
#include <stdint.h>

void *panamem_guard_malloc(void *ctx, size_t bytes);
void *panamem_guard_calloc(void *ctx, size_t count, size_t element_bytes);
void *panamem_guard_realloc(void *ctx, void *block, size_t bytes);
void panamem_guard_free(void *ctx, void *block);

/* Makes ready what reports need; before the rows are used. */
void panamem_guard_prepare(void);

/* For statistics: blocks that were guarded, and those that should have been but found no pages. */
void panamem_guard_counts(uint64_t *guarded, uint64_t *unguarded);

#endif
