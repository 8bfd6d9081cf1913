/* SPDX-License-Identifier: Apache-2.0
 *
 * The end of a process whose program misused a function of the `guard` or `hardened` rows.
 */
#ifndef PANAMEM_NATIVE_REFUSAL_H
#define PANAMEM_NATIVE_REFUSAL_H

#include <stdbool.h>
#include <stdint.h>

#include "misuse.h"

/* One call of a row. */
struct panamem_row_call {
  const char *operation; /* "Malloc", "Calloc", "Realloc" or "Free" */
  void *ctx;             /* the domain, as for the arena rows (magazine.h) */
  uintptr_t caller;      /* what the function that the program called returns to */
};

/* Writes the report and ends the process by the fatal error of its kind. history: of the block, or NULL. */
_Noreturn void panamem_refuse_misuse(const struct panamem_row_call *call, enum panamem_misuse_kind kind, const void *address,
                                     const struct panamem_history *history);

/* Is it an address that no allocator ever gave: too low, not aligned, on the calling thread's stack, or in a library? */
bool panamem_is_no_block(const void *address);

#endif
