/* SPDX-License-Identifier: Apache-2.0
 *
 * The `java:<class>` rows: every call goes to the user's Java allocator; ctx as for the arena rows (magazine.h).
 */
#ifndef PANAMEM_NATIVE_USER_H
#define PANAMEM_NATIVE_USER_H

#include <stdbool.h>
#include <stddef.h>

void *panamem_user_malloc(void *ctx, size_t bytes);
void *panamem_user_calloc(void *ctx, size_t count, size_t element_bytes);
void *panamem_user_realloc(void *ctx, void *block, size_t bytes);
void panamem_user_free(void *ctx, void *block);

#endif
