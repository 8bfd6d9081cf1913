/* SPDX-License-Identifier: Apache-2.0
 *
 * CPython's private names that its own modules and some extensions link to, and where the allocator's statistics print.
 */
#ifndef PANAMEM_NATIVE_API_CONTROL_H
#define PANAMEM_NATIVE_API_CONTROL_H

#include <stdbool.h>
#include <stdio.h>
#include <wchar.h>

#include "../include/panamem/pymem.h"

/* The name of what serves all three domains ("arena", "malloc_debug", …); NULL when something else was set. */
PANAMEM_API const char *_PyMem_GetCurrentAllocatorName(void);

/* Prints the allocator's statistics to out; 1 when there were any, else 0. */
PANAMEM_API int _PyObject_DebugMallocStats(FILE *out);

/* Copies of a string, in the mem and the raw domain; NULL without memory. */
PANAMEM_API char *_PyMem_Strdup(const char *text);
PANAMEM_API char *_PyMem_RawStrdup(const char *text);
PANAMEM_API wchar_t *_PyMem_RawWcsdup(const wchar_t *text);

/* Who answers _PyObject_DebugMallocStats; NULL prints nothing. Set before other threads run. */
extern int (*panamem_stats_printer)(FILE *out);

/* A CPython whose names ours stand before (symbol mode) has a table of its own, which is to hold the same. */
struct panamem_control_host {
  bool (*is_stale)(const PyMemAllocatorEx *row); /* a row of that table from before it held the same: not to be set */
  void (*follow)(void);                          /* copies all of our rows to it */
  void (*set_arena_allocator)(PyObjectArenaAllocator *allocator);
};

/* NULL: there is none. Set before other threads run. */
extern const struct panamem_control_host *panamem_control_host;

#endif
