/* SPDX-License-Identifier: Apache-2.0
 *
 *   ├ mark (8) ┼ unused (8) ┼ block …     a block without the mark is from before, and goes to who served then
 */
#include "count.h"

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <stdbool.h>

#define HEADER_BYTES 16
#define MARK 0x636f756e74ull

static long long alive[3];
static PyMemAllocatorEx before[3];

static int domain_of(void *ctx) {
  return (int)((long long *)ctx - alive);
}

static uint64_t *mark_of(void *block) {
  return (uint64_t *)((char *)block - HEADER_BYTES);
}

static bool is_counted(void *block) {
  return *mark_of(block) == (MARK ^ (uint64_t)block);
}

static void *counted(void *ctx, void *base) {
  if (base == NULL) {
    return NULL;
  }
  void *block = (char *)base + HEADER_BYTES;
  *mark_of(block) = MARK ^ (uint64_t)block;
  __atomic_add_fetch((long long *)ctx, 1, __ATOMIC_RELAXED);
  return block;
}

static void *count_malloc(void *ctx, size_t size) {
  return size > PY_SSIZE_T_MAX - HEADER_BYTES ? NULL : counted(ctx, malloc(size + HEADER_BYTES));
}

static void *count_calloc(void *ctx, size_t nelem, size_t elsize) {
  if (elsize != 0 && nelem > (PY_SSIZE_T_MAX - HEADER_BYTES) / elsize) {
    return NULL;
  }
  return counted(ctx, calloc(1, nelem * elsize + HEADER_BYTES));
}

static void count_free(void *ctx, void *block) {
  if (block == NULL) {
    return;
  }
  if (!is_counted(block)) {
    before[domain_of(ctx)].free(before[domain_of(ctx)].ctx, block);
    return;
  }
  __atomic_sub_fetch((long long *)ctx, 1, __ATOMIC_RELAXED);
  *mark_of(block) = 0;
  free(mark_of(block));
}

static void *count_realloc(void *ctx, void *block, size_t size) {
  if (block == NULL) {
    return count_malloc(ctx, size);
  }
  if (!is_counted(block)) {
    return before[domain_of(ctx)].realloc(before[domain_of(ctx)].ctx, block, size);
  }
  if (size > PY_SSIZE_T_MAX - HEADER_BYTES) {
    return NULL;
  }
  void *base = realloc(mark_of(block), size + HEADER_BYTES);
  if (base == NULL) {
    return NULL;
  }
  __atomic_sub_fetch((long long *)ctx, 1, __ATOMIC_RELAXED);
  return counted(ctx, base);
}

void count_installs(void) {
  for (int domain = 0; domain < 3; domain++) {
    PyMemAllocatorEx row = {&alive[domain], count_malloc, count_calloc, count_realloc, count_free};
    PyMemAllocatorEx present;
    PyMem_GetAllocator((PyMemAllocatorDomain)domain, &present);
    if (present.malloc != count_malloc) {
      before[domain] = present;
      PyMem_SetAllocator((PyMemAllocatorDomain)domain, &row);
    }
  }
}

long long count_alive(int domain) {
  return __atomic_load_n(&alive[domain], __ATOMIC_RELAXED);
}
