/* SPDX-License-Identifier: Apache-2.0
 *
 * The `hardened` rows: the arena's blocks, with a mark apart from them that says whether each is live (hardened_marks.h).
 *
 * A free or realloc finds its mark or ends the process at once: a second free, an address inside a block, another
 * domain's function. Blocks of 0 bytes lie in arena 0, which nobody can touch.
 *
 * With zeroing (option hardened=zero) a freed block is zeroed and waits in quarantine (hardened_quarantine.h), from which
 * it leaves at random; a block that is to be handed out and does not read as zero, at its ends if it is long, was written
 * to after its free. All memory that the heap holds free is zero then. ctx is PANAMEM_HARDENED_CONTEXT(domain).
 */
#ifndef PANAMEM_NATIVE_HARDENED_H
#define PANAMEM_NATIVE_HARDENED_H

#include <stddef.h>

#include "hardened_marks.h"

void *panamem_hardened_malloc(void *ctx, size_t bytes);
void *panamem_hardened_calloc(void *ctx, size_t count, size_t element_bytes);
void *panamem_hardened_realloc(void *ctx, void *block, size_t bytes);
void panamem_hardened_free(void *ctx, void *block);

void *panamem_zeroing_malloc(void *ctx, size_t bytes);
void *panamem_zeroing_calloc(void *ctx, size_t count, size_t element_bytes);
void *panamem_zeroing_realloc(void *ctx, void *block, size_t bytes);
void panamem_zeroing_free(void *ctx, void *block);

#endif
