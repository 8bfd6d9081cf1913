/* SPDX-License-Identifier: Apache-2.0
 *
 * Tracing: every block, or one of so many, is counted for the site that asked for it. A row of its own on top of the others,
 * debug hooks included, as tracemalloc has; but nothing crosses into Java, and no lock is taken for a site that is known.
 */
#ifndef PANAMEM_NATIVE_TRACE_H
#define PANAMEM_NATIVE_TRACE_H

#include <stdbool.h>
#include <stdint.h>

#include "../include/panamem/pymem.h"

/* Of one site, in blocks and in bytes asked for; scaled up where not every block is traced. The peak is that of the site's
 * own live bytes. */
struct panamem_tally {
  uint64_t live_blocks;
  uint64_t live_bytes;
  uint64_t peak_bytes;
  uint64_t total_blocks;
};

/* Puts the tracing row on inner, once; without memory *row is inner. */
void panamem_trace_wrap(PyMemAllocatorDomain domain, const PyMemAllocatorEx *inner, PyMemAllocatorEx *row);

/* Do rows trace? */
bool panamem_trace_runs(void);

/* What the site's blocks add up to; other threads may go on meanwhile. */
struct panamem_tally panamem_trace_tally(uint32_t site);

/* Blocks that could not be remembered. */
uint64_t panamem_trace_lost(void);

/* A block from elsewhere, known by domain and address (PyTraceMalloc_Track): counted for the calling thread's site, and no
 * more counted. false without memory. */
bool panamem_trace_track(unsigned domain, uintptr_t address, uint64_t bytes, uintptr_t caller);
void panamem_trace_untrack(unsigned domain, uintptr_t address);

#endif
