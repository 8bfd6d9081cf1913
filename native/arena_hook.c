/* SPDX-License-Identifier: Apache-2.0
 *
 * The default arena allocator: anonymous memory from the OS, of any size.
 */
#include "arena_hook.h"

#include <sys/mman.h>

static void *map_arena(void *ctx, size_t size) {
  (void)ctx;
  void *arena = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return arena == MAP_FAILED ? NULL : arena;
}

static void unmap_arena(void *ctx, void *arena, size_t size) {
  (void)ctx;
  munmap(arena, size);
}

PyObjectArenaAllocator panamem_arena_hook = {NULL, map_arena, unmap_arena};
