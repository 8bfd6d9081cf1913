/* SPDX-License-Identifier: Apache-2.0
 *
 * The fallback: serves when Java cannot, on the same heap, with the arguments and answers of Java's entries (abi.h).
 */
#ifndef PANAMEM_NATIVE_FALLBACK_H
#define PANAMEM_NATIVE_FALLBACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../include/panamem/abi.h"

/* As PANAMEM_ENTRY_REFILL and PANAMEM_ENTRY_FLUSH. */
uint32_t panamem_fallback_refill(struct panamem_thread *thread, uint32_t bin, uint32_t count, uint32_t reason);
uint32_t panamem_fallback_flush(struct panamem_thread *thread, uint32_t bin, uint32_t count);

/* One small block without a magazine, for threads that have none (any more). */
void *panamem_fallback_take(uint32_t bin, uint32_t reason);

/* Large blocks; domain and bytes as the caller gave them. NULL when refused. */
void *panamem_fallback_allocate(uint32_t domain, size_t bytes, bool zeroed, uint32_t reason);

/* Any block, small or large: false when it is not live. */
bool panamem_fallback_free(void *block);

/* Gives blocks of the thread's shelves back until they hold at most keep_bytes; how many bytes came free. */
uint64_t panamem_fallback_clear_shelves(struct panamem_thread *thread, uint64_t keep_bytes);

/* A large block that keeps its place, because the new size fits its pages: true; nothing changes otherwise. */
bool panamem_fallback_resize(void *block, size_t bytes);

#endif
