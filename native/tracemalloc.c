/* SPDX-License-Identifier: Apache-2.0
 *
 * tracemalloc's C API: blocks that extensions report are traced with option trace; without it every call answers -2.
 */
#include "../include/panamem/pymem.h"
#include "trace.h"

#define NOT_TRACING (-2)

int PyTraceMalloc_Track(unsigned int domain, uintptr_t ptr, size_t size) {
  if (!panamem_trace_runs()) {
    return NOT_TRACING;
  }
  return panamem_trace_track(domain, ptr, size, (uintptr_t)__builtin_return_address(0)) ? 0 : -1;
}

int PyTraceMalloc_Untrack(unsigned int domain, uintptr_t ptr) {
  if (!panamem_trace_runs()) {
    return NOT_TRACING;
  }
  panamem_trace_untrack(domain, ptr);
  return 0;
}
