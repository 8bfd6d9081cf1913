/* SPDX-License-Identifier: Apache-2.0
 *
 * CPython's debug hooks over any row: padding around each block, fills for fresh and dead bytes, and checks on free and
 * realloc that end the process with CPython's words.
 *
 * The layout of a padded block stands in debug_layout.h.
 */
#ifndef PANAMEM_NATIVE_DEBUG_H
#define PANAMEM_NATIVE_DEBUG_H

#include <stdbool.h>

#include "../include/panamem/debug.h"
#include "../include/panamem/pymem.h"

/* Puts the domain's hooks on inner and answers the resulting row in out. Where hooks of the domain are on top already,
 * or underneath other hooks, out is inner: nothing is ever wrapped twice, and no row is ever put below itself. Without
 * memory for a further hook out is inner as well. Any thread; may allocate and free one byte through inner. */
void panamem_debug_wrap(PyMemAllocatorDomain domain, const PyMemAllocatorEx *inner, PyMemAllocatorEx *out);

/* Have hooks been made? */
bool panamem_debug_exists(void);

/* Is the row one of hooks? Then *inner is what they stand on. */
bool panamem_debug_inner(const PyMemAllocatorEx *row, PyMemAllocatorEx *inner);

#endif
