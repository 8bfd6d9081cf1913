/* SPDX-License-Identifier: Apache-2.0
 *
 * An address inside the range that is no live block means that the program's memory is already damaged: say so and stop.
 * Nothing here allocates.
 */
#include "invalid.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "heap.h"
#include "pool.h"

static const char *describe(const void *block) {
  if (!panamem_is_ours(block)) { /* of pymalloc's arenas */
    return "the inside of a block, or one that its pool has already (freed twice?)";
  }
  uint32_t page = panamem_page_of(block);
  uint32_t class = panamem_page_map()[page] % PANAMEM_CLASS_SLOTS;
  if (class == PANAMEM_CLASS_NONE) {
    return "memory that is free or was never handed out (freed twice?)";
  }
  if (class == PANAMEM_CLASS_LARGE && panamem_page_address(page) == block &&
      panamem_record(page)->flags == PANAMEM_PAGE_READY) {
    return "a large block that its thread keeps ready (freed twice?)";
  }
  if (class == PANAMEM_CLASS_LARGE) {
    return "the inside of a large block";
  }
  uint32_t first = page - panamem_back_map()[page];
  uint64_t offset = (uint64_t)block - (uint64_t)panamem_page_address(first);
  if (offset % panamem_heap.classes[class].block_bytes != 0) {
    return "the inside of a block or of a pool's end";
  }
  return panamem_pool_is_out(first, block) ? "a block in a magazine (freed twice?)" : "a free block (freed twice?)";
}

_Noreturn void panamem_invalid_block(const char *operation, const void *block) {
  char line[192];
  int length = snprintf(line, sizeof line, "panamem: %s(%p): not a live block, but %s\n", operation, block, describe(block));
  ssize_t written = write(STDERR_FILENO, line, (size_t)length);
  (void)written;
  abort();
}
