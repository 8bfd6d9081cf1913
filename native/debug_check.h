/* SPDX-License-Identifier: Apache-2.0
 *
 * Is it a live block of this domain, with whole padding, that a program frees or resizes? If not, the process ends: first
 * our report, then, where CPython would have got so far, its own words to the byte.
 */
#ifndef PANAMEM_NATIVE_DEBUG_CHECK_H
#define PANAMEM_NATIVE_DEBUG_CHECK_H

#include <stdint.h>

#include "history.h"

/* One call of a hook. */
struct panamem_debug_call {
  const char *operation; /* "Malloc", "Calloc", "Realloc" or "Free" */
  int domain;
  uintptr_t caller; /* what the function that the program called returns to */
};

/* The id of a domain in the padding. */
char panamem_debug_api_id(int domain);

/* Ends the block's history by the call, a realloc or a free. Returns only when the block is sound; *history is what was
 * known before. A block without a history is sound when its padding is. */
void panamem_debug_admit(const struct panamem_debug_call *call, uint8_t *block, struct panamem_history *history);

/* Returns only when the calling thread may use the mem and object domains: it holds the GIL, as far as anybody can tell.
 * address: what the call is about, or NULL. */
void panamem_debug_require_gil(const struct panamem_debug_call *call, const void *address);

#endif
