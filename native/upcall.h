/* SPDX-License-Identifier: Apache-2.0
 *
 * The `upcall` rows of the domain table; ctx as for the arena rows (magazine.h).
 */
#ifndef PANAMEM_NATIVE_UPCALL_H
#define PANAMEM_NATIVE_UPCALL_H

#include <stddef.h>

void *panamem_upcall_malloc(void *ctx, size_t bytes);
void *panamem_upcall_calloc(void *ctx, size_t count, size_t element_bytes);
void *panamem_upcall_realloc(void *ctx, void *block, size_t bytes);
void panamem_upcall_free(void *ctx, void *block);

#endif
