/* SPDX-License-Identifier: Apache-2.0
 *
 * tracemalloc's C API as extensions meet it when nothing traces: every call answers -2.
 */
#include "../include/panamem/pymem.h"

#define NOT_TRACING (-2)

int PyTraceMalloc_Track(unsigned int domain, uintptr_t ptr, size_t size) {
  (void)domain, (void)ptr, (void)size;
  return NOT_TRACING;
}

int PyTraceMalloc_Untrack(unsigned int domain, uintptr_t ptr) {
  (void)domain, (void)ptr;
  return NOT_TRACING;
}
