/* SPDX-License-Identifier: Apache-2.0
 *
 * What serves before a host is known.
 */
#include "pymalloc_host.h"

#include <stdlib.h>

#include "arena_hook.h"

static void *libc_malloc(size_t size) {
  return malloc(size == 0 ? 1 : size);
}

static void *libc_calloc(size_t nelem, size_t elsize) {
  return nelem == 0 || elsize == 0 ? calloc(1, 1) : calloc(nelem, elsize);
}

static void *libc_realloc(void *ptr, size_t new_size) {
  return realloc(ptr, new_size == 0 ? 1 : new_size);
}

static void get_own_hook(PyObjectArenaAllocator *allocator) {
  *allocator = panamem_arena_hook;
}

struct panamem_py_host panamem_py_host = {libc_malloc, libc_calloc, libc_realloc, free, get_own_hook};
