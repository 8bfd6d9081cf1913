/* SPDX-License-Identifier: Apache-2.0
 *
 * What `pymalloc` asks of the process around it: the raw domain as it is installed, hooks included, and the arena
 * allocator of PyObject_SetArenaAllocator.
 */
#ifndef PANAMEM_NATIVE_PYMALLOC_HOST_H
#define PANAMEM_NATIVE_PYMALLOC_HOST_H

#include <stddef.h>

#include "../include/panamem/pymem.h"

struct panamem_py_host {
  void *(*raw_malloc)(size_t size);
  void *(*raw_calloc)(size_t nelem, size_t elsize);
  void *(*raw_realloc)(void *ptr, size_t new_size);
  void (*raw_free)(void *ptr);
  void (*get_arena_allocator)(PyObjectArenaAllocator *allocator);
};

/* libc and arena_hook.h until libpanamem.so puts its own PyMem_Raw* there, or panamem_install_cpython those of a CPython. */
extern struct panamem_py_host panamem_py_host;

#endif
