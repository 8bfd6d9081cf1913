/* SPDX-License-Identifier: Apache-2.0
 *
 * The twelve allocation functions: one range check, then through the domain's row. Sizes of 0, NULL and odd factors are
 * the row's business, as in CPython.
 */
#include "../include/panamem/pymem.h"
#include "domain.h"
#include "fast_path.h"

#define ROW(domain, field) __atomic_load_n(&panamem_domain_table[domain].field, __ATOMIC_RELAXED)

static inline void *allocate(PyMemAllocatorDomain domain, size_t size) {
  if (UNLIKELY(size > (size_t)PY_SSIZE_T_MAX)) {
    return NULL;
  }
  return ROW(domain, malloc)(ROW(domain, ctx), size);
}

static inline void *allocate_zeroed(PyMemAllocatorDomain domain, size_t nelem, size_t elsize) {
  size_t bytes;
  if (UNLIKELY(__builtin_mul_overflow(nelem, elsize, &bytes) || bytes > (size_t)PY_SSIZE_T_MAX)) {
    return NULL;
  }
  return ROW(domain, calloc)(ROW(domain, ctx), nelem, elsize);
}

static inline void *reallocate(PyMemAllocatorDomain domain, void *ptr, size_t new_size) {
  if (UNLIKELY(new_size > (size_t)PY_SSIZE_T_MAX)) {
    return NULL;
  }
  return ROW(domain, realloc)(ROW(domain, ctx), ptr, new_size);
}

static inline void release(PyMemAllocatorDomain domain, void *ptr) {
  ROW(domain, free)(ROW(domain, ctx), ptr);
}

void *PyMem_RawMalloc(size_t size) {
  return allocate(PYMEM_DOMAIN_RAW, size);
}

void *PyMem_RawCalloc(size_t nelem, size_t elsize) {
  return allocate_zeroed(PYMEM_DOMAIN_RAW, nelem, elsize);
}

void *PyMem_RawRealloc(void *ptr, size_t new_size) {
  return reallocate(PYMEM_DOMAIN_RAW, ptr, new_size);
}

void PyMem_RawFree(void *ptr) {
  release(PYMEM_DOMAIN_RAW, ptr);
}

void *PyMem_Malloc(size_t size) {
  return allocate(PYMEM_DOMAIN_MEM, size);
}

void *PyMem_Calloc(size_t nelem, size_t elsize) {
  return allocate_zeroed(PYMEM_DOMAIN_MEM, nelem, elsize);
}

void *PyMem_Realloc(void *ptr, size_t new_size) {
  return reallocate(PYMEM_DOMAIN_MEM, ptr, new_size);
}

void PyMem_Free(void *ptr) {
  release(PYMEM_DOMAIN_MEM, ptr);
}

void *PyObject_Malloc(size_t size) {
  return allocate(PYMEM_DOMAIN_OBJ, size);
}

void *PyObject_Calloc(size_t nelem, size_t elsize) {
  return allocate_zeroed(PYMEM_DOMAIN_OBJ, nelem, elsize);
}

void *PyObject_Realloc(void *ptr, size_t new_size) {
  return reallocate(PYMEM_DOMAIN_OBJ, ptr, new_size);
}

void PyObject_Free(void *ptr) {
  release(PYMEM_DOMAIN_OBJ, ptr);
}
