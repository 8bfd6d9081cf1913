/* SPDX-License-Identifier: Apache-2.0
 *
 * The PyObjectArenaAllocator that PyObject_SetArenaAllocator stores; only the `pymalloc` allocator asks it.
 */
#ifndef PANAMEM_NATIVE_ARENA_HOOK_H
#define PANAMEM_NATIVE_ARENA_HOOK_H

#include "../include/panamem/pymem.h"

/* mmap and munmap in the beginning, as in CPython. Set before the first arena, so not guarded. */
extern PyObjectArenaAllocator panamem_arena_hook;

#endif
