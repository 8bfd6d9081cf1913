/* SPDX-License-Identifier: Apache-2.0
 *
 * The page heap as the fallback operates it: runs of pages, taken and given back, merged with their neighbours.
 *
 * The caller holds panamem_heap.page_heap.lock in every function.
 */
#ifndef PANAMEM_NATIVE_PAGE_HEAP_H
#define PANAMEM_NATIVE_PAGE_HEAP_H

#include <stdbool.h>
#include <stdint.h>

/* Takes a run of exactly pages for the domain: dirty pages first, then clean ones, then fresh arenas. Answers its first
 * page, with *zeroed telling whether all of it reads as zero; 0 when a limit, the OS or the end of the range refuses,
 * after everything dirty has been purged in vain. The run's record and maps are the caller's to fill. */
uint32_t panamem_run_take(uint32_t pages, uint32_t domain, bool *zeroed);

/* Gives a run back as dirty; it belonged to the domain. Its maps are cleared already. */
void panamem_run_give(uint32_t first, uint32_t pages, uint32_t domain);

/* Returns dirty runs to the OS, oldest first, until at most keep_bytes are dirty. */
void panamem_runs_purge(uint64_t keep_bytes);

#endif
