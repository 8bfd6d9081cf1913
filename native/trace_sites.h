/* SPDX-License-Identifier: Apache-2.0
 *
 * Where traced blocks were asked for: the innermost Python frames, or the function that called where there is no Python.
 * Equal sites are kept once and have a number from 1 on; who asks again at the same place finds it in a small cache.
 */
#ifndef PANAMEM_NATIVE_TRACE_SITES_H
#define PANAMEM_NATIVE_TRACE_SITES_H

#include <stdbool.h>
#include <stdint.h>

#include "places.h"
#include "python_frames.h"

struct panamem_trace_site {
  uintptr_t caller; /* a return address, 0 where there are Python frames */
  uint32_t count;   /* of Python frames */
  struct panamem_place python[PANAMEM_PYTHON_FRAMES_MOST];
};

/* Finds out what Python frames need; depth of them are taken at most. */
void panamem_trace_sites_prepare(uint32_t depth);

/* The calling thread's site, whose call returns to caller; 0 without memory. Takes the lock of aside.h for what it has not
 * seen before. */
uint32_t panamem_trace_site_here(uintptr_t caller);

/* A code object was freed: what is known of its instructions is no longer true. */
void panamem_trace_sites_forget_code(void);

/* Reads a kept site. */
bool panamem_trace_site_read(uint32_t number, struct panamem_trace_site *site);

/* How many there are. */
uint32_t panamem_trace_sites_count(void);

#endif
