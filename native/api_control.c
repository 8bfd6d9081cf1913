/* SPDX-License-Identifier: Apache-2.0
 *
 * Which allocators serve: reading and replacing rows, debug hooks on top, the arena allocator, and names for all that.
 */
#include "api_control.h"

#include <string.h>

#include "arena_hook.h"
#include "debug.h"
#include "domain.h"

int (*panamem_stats_printer)(FILE *out);
const struct panamem_control_host *panamem_control_host;

static void let_host_follow(void) {
  if (panamem_control_host != NULL) {
    panamem_control_host->follow();
  }
}

/* Whoever asks is about to set a row; the host must not take it for one of before. */
void PyMem_GetAllocator(PyMemAllocatorDomain domain, PyMemAllocatorEx *allocator) {
  panamem_domain_read(domain, allocator);
  let_host_follow();
}

void PyMem_SetAllocator(PyMemAllocatorDomain domain, PyMemAllocatorEx *allocator) {
  if (panamem_control_host == NULL || !panamem_control_host->is_stale(allocator)) {
    panamem_domain_write(domain, allocator);
  }
  let_host_follow();
}

/* A row that lacks a function stays as it is: calling it ends the process with or without hooks. */
static void setup_hooks(PyMemAllocatorDomain domain) {
  PyMemAllocatorEx row, hooked;
  do {
    panamem_domain_read(domain, &row);
    if (row.malloc == NULL || row.calloc == NULL || row.realloc == NULL || row.free == NULL) {
      return;
    }
    panamem_debug_wrap(domain, &row, &hooked);
  } while (!panamem_domain_exchange(domain, &row, &hooked));
}

void PyMem_SetupDebugHooks(void) {
  setup_hooks(PYMEM_DOMAIN_RAW);
  setup_hooks(PYMEM_DOMAIN_MEM);
  setup_hooks(PYMEM_DOMAIN_OBJ);
  let_host_follow();
}

void PyObject_GetArenaAllocator(PyObjectArenaAllocator *allocator) {
  *allocator = panamem_arena_hook;
}

void PyObject_SetArenaAllocator(PyObjectArenaAllocator *allocator) {
  panamem_arena_hook = *allocator;
  if (panamem_control_host != NULL) {
    panamem_control_host->set_arena_allocator(allocator);
  }
}

/* ---- Names ----------------------------------------------------------------------------------------------------------- */

/* The domain's hooks are on top of what was installed. */
static bool is_hooked_installed(PyMemAllocatorDomain domain) {
  PyMemAllocatorEx now, inner, ours;
  panamem_domain_read(domain, &now);
  panamem_domain_installed(domain, &ours);
  return panamem_debug_inner(&now, &inner) && panamem_same_row(&inner, &ours);
}

const char *_PyMem_GetCurrentAllocatorName(void) {
  if (!panamem_domain_changed(PYMEM_DOMAIN_RAW) && !panamem_domain_changed(PYMEM_DOMAIN_MEM) &&
      !panamem_domain_changed(PYMEM_DOMAIN_OBJ)) {
    return panamem_domain_installed_name(false);
  }
  if (is_hooked_installed(PYMEM_DOMAIN_RAW) && is_hooked_installed(PYMEM_DOMAIN_MEM) &&
      is_hooked_installed(PYMEM_DOMAIN_OBJ)) {
    return panamem_domain_installed_name(true);
  }
  return NULL;
}

int _PyObject_DebugMallocStats(FILE *out) {
  return panamem_stats_printer != NULL ? panamem_stats_printer(out) : 0;
}

/* ---- Strings --------------------------------------------------------------------------------------------------------- */

char *_PyMem_Strdup(const char *text) {
  size_t bytes = strlen(text) + 1;
  char *copy = PyMem_Malloc(bytes);
  return copy != NULL ? memcpy(copy, text, bytes) : NULL;
}

char *_PyMem_RawStrdup(const char *text) {
  size_t bytes = strlen(text) + 1;
  char *copy = PyMem_RawMalloc(bytes);
  return copy != NULL ? memcpy(copy, text, bytes) : NULL;
}

wchar_t *_PyMem_RawWcsdup(const wchar_t *text) {
  size_t bytes = panamem_array_bytes(wcslen(text) + 1, sizeof *text);
  wchar_t *copy = PyMem_RawMalloc(bytes);
  return copy != NULL ? memcpy(copy, text, bytes) : NULL;
}
