/* SPDX-License-Identifier: Apache-2.0
 *
 * Where a damaged block was allocated, if tracemalloc knows.
 */
#ifndef PANAMEM_NATIVE_DEBUG_TRACE_H
#define PANAMEM_NATIVE_DEBUG_TRACE_H

#include <stdint.h>

/* Writes to file descriptor 2 what CPython's _PyMem_DumpTraceback writes: the traceback, nothing when the block is not
 * traced, or a hint when nothing traces. A thread that does not hold the GIL cannot read the traceback: it writes
 * nothing, or, where even asking needs the GIL, the hint. */
void panamem_debug_print_trace(uintptr_t block);

#endif
