/* SPDX-License-Identifier: Apache-2.0
 *
 * How runs of guarded blocks go round: from the heap, or spare, to a block; from the block into quarantine, all of it shut;
 * from there, oldest first, to the spare runs or open to the heap. The queues are guard_table.h's.
 */
#ifndef PANAMEM_NATIVE_GUARD_RUNS_H
#define PANAMEM_NATIVE_GUARD_RUNS_H

#include <stddef.h>
#include <stdint.h>

#include "guard_place.h"
#include "guard_table.h"

/* Finds out how many blocks may have shut pages at a time; after panamem_guard_pages_prepare. */
void panamem_guard_runs_prepare(void);

static inline uint32_t panamem_guard_domain_of(const void *ctx) {
  return (uint32_t)((uintptr_t)ctx >> PANAMEM_BIN_SHIFT);
}

/* A run whose pages are shut but for the block's; *place is where. NULL when there are no pages. ctx as for the arena rows
 * (magazine.h). */
char *panamem_guard_run_take(void *ctx, size_t bytes, struct panamem_guard_place *place);

/* The run has its live block: where shut pages cost mappings, the block that is live for longest may lose its own. */
void panamem_guard_run_begin(struct panamem_guarded *guarded);

/* Its block has ended: shuts the run and keeps it in quarantine. */
void panamem_guard_run_end(struct panamem_guarded *guarded);

#endif
