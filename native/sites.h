/* SPDX-License-Identifier: Apache-2.0
 *
 * Sites: where in the program something happened. A site is a thread, a native stack and Python frames; equal ones are kept
 * once and have a number.
 */
#ifndef PANAMEM_NATIVE_SITES_H
#define PANAMEM_NATIVE_SITES_H

#include <stdbool.h>
#include <stdint.h>

#include "places.h"
#include "python_frames.h"
#include "unwind.h"

#define PANAMEM_SITE_UNKNOWN 0u

struct panamem_site {
  uint64_t thread; /* 0: any; else pthread_self(), by which CPython's own tracebacks name it */
  uint32_t native_count;
  uint32_t python_count;
  uintptr_t native[PANAMEM_UNWIND_MOST]; /* return addresses, innermost first */
  struct panamem_place python[PANAMEM_PYTHON_FRAMES_MOST];
};

/* Makes ready what stacks need, for as many frames as the options say; called whenever hooks are made. */
void panamem_sites_prepare(void);

/* The calling thread's site: who called the function that returns to caller. With the options' depth 0, without memory, or
 * in a signal handler at a bad moment PANAMEM_SITE_UNKNOWN. Takes the lock of aside.h for what it has not seen before. */
uint32_t panamem_site_here(uintptr_t caller);

/* The site of these frames, of every thread: a caller, or with 0 the places of Python frames, the innermost first. 0 without
 * memory. */
uint32_t panamem_site_of(uintptr_t caller, const uint32_t *places, uint32_t count);

/* The same as panamem_site_here with as many frames as there are, for a report; nothing is kept. */
void panamem_site_in_full(uintptr_t caller, struct panamem_site *site);

/* Reads a kept site; false for PANAMEM_SITE_UNKNOWN. */
bool panamem_site_read(uint32_t number, struct panamem_site *site);

/* While it is asked for, every site has its whole native stack, whatever the rate. Calls nest. */
void panamem_sites_whole(bool wanted);

/* Equal for kept sites that differ at most in their thread, and in native frames beyond native_depth. 0 for
 * PANAMEM_SITE_UNKNOWN. */
uint64_t panamem_site_key(uint32_t number, uint32_t native_depth);

/* How many sites are kept. */
uint32_t panamem_sites_count(void);

#endif
