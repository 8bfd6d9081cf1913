/* SPDX-License-Identifier: Apache-2.0
 *
 * Where traced blocks were asked for: the innermost Python frames, or the function that called where there is no Python. The
 * numbers are those of sites.h; who asks again at the same place finds it in a small cache.
 */
#ifndef PANAMEM_NATIVE_TRACE_SITES_H
#define PANAMEM_NATIVE_TRACE_SITES_H

#include <stdint.h>

/* Finds out what Python frames need; depth of them are taken at most. */
void panamem_trace_sites_prepare(uint32_t depth);

/* The calling thread's site, whose call returns to caller; 0 without memory. Takes the lock of aside.h for what it has not
 * seen before. */
uint32_t panamem_trace_site_here(uintptr_t caller);

/* A code object was freed: what is known of its instructions is no longer true. */
void panamem_trace_sites_forget_code(void);

#endif
