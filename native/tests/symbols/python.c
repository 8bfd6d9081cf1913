/* SPDX-License-Identifier: Apache-2.0
 *
 * It is built three times: as CPython builds itself by default, bound to its own definitions by the linker, and with one
 * function that the compiler bound.
 */
#include "python.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../../include/panamem/pymem.h"

EXPORT const unsigned long Py_Version = 0x030E03F0;

static bool own_was_reached;

static void *own_malloc(void *ctx, size_t bytes) {
  (void)ctx;
  own_was_reached = true;
  return malloc(bytes);
}

static void *own_calloc(void *ctx, size_t count, size_t element_bytes) {
  (void)ctx;
  own_was_reached = true;
  return calloc(count, element_bytes);
}

static void *own_realloc(void *ctx, void *block, size_t bytes) {
  (void)ctx;
  own_was_reached = true;
  return realloc(block, bytes);
}

static void own_free(void *ctx, void *block) {
  (void)ctx;
  own_was_reached = true;
  free(block);
}

#define OWN_ROW {NULL, own_malloc, own_calloc, own_realloc, own_free}

static PyMemAllocatorEx table[] = {OWN_ROW, OWN_ROW, OWN_ROW};
static PyObjectArenaAllocator arena_allocator;

EXPORT const char *Py_GetVersion(void);
EXPORT const char *_PyMem_GetCurrentAllocatorName(void);
EXPORT int _PyObject_DebugMallocStats(FILE *out);
EXPORT char *_PyMem_Strdup(const char *text);

const char *Py_GetVersion(void) {
  return getenv("FREE_THREADED") != NULL ? "3.14.3 free-threading build" : "3.14.3";
}

void PyMem_GetAllocator(PyMemAllocatorDomain domain, PyMemAllocatorEx *allocator) {
  *allocator = table[domain];
}

void PyMem_SetAllocator(PyMemAllocatorDomain domain, PyMemAllocatorEx *allocator) {
  table[domain] = *allocator;
}

void PyObject_GetArenaAllocator(PyObjectArenaAllocator *allocator) {
  *allocator = arena_allocator;
}

void PyObject_SetArenaAllocator(PyObjectArenaAllocator *allocator) {
  arena_allocator = *allocator;
}

const char *_PyMem_GetCurrentAllocatorName(void) {
  return table[0].malloc == own_malloc ? "pymalloc" : NULL;
}

int _PyObject_DebugMallocStats(FILE *out) {
  (void)out;
  return 0;
}

#define FAMILY(prefix, domain)                                                 \
  void *prefix##Malloc(size_t bytes) {                                         \
    return table[domain].malloc(table[domain].ctx, bytes);                     \
  }                                                                            \
  void *prefix##Calloc(size_t count, size_t element_bytes) {                   \
    return table[domain].calloc(table[domain].ctx, count, element_bytes);      \
  }                                                                            \
  void *prefix##Realloc(void *block, size_t bytes) {                           \
    return table[domain].realloc(table[domain].ctx, block, bytes);             \
  }                                                                            \
  void prefix##Free(void *block) {                                             \
    table[domain].free(table[domain].ctx, block);                              \
  }

FAMILY(PyMem_Raw, PYMEM_DOMAIN_RAW)
FAMILY(PyMem_, PYMEM_DOMAIN_MEM)
FAMILY(PyObject_, PYMEM_DOMAIN_OBJ)

#ifdef COMPILER_BINDS
static __typeof__(PyMem_Malloc) bound_malloc __attribute__((alias("PyMem_Malloc")));
#else
#define bound_malloc PyMem_Malloc
#endif

char *_PyMem_Strdup(const char *text) {
  return memcpy(bound_malloc(strlen(text) + 1), text, strlen(text) + 1);
}

void python_runs(void) {
  own_was_reached = false;
  PyMem_RawFree(PyMem_RawRealloc(PyMem_RawMalloc(10), 20));
  PyMem_RawFree(PyMem_RawCalloc(1, 10));
  PyMem_Free(PyMem_Realloc(PyMem_Malloc(10), 20));
  PyMem_Free(PyMem_Calloc(1, 10));
  PyObject_Free(PyObject_Realloc(PyObject_Malloc(10), 20));
  PyObject_Free(PyObject_Calloc(1, 10));
  printf("%s %s\n", own_was_reached ? "its own" : "not its own", _PyMem_GetCurrentAllocatorName());
}
