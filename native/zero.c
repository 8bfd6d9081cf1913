/* SPDX-License-Identifier: Apache-2.0
 *
 * A long block of which little was touched is not written over: its pages go to the OS and come back zeroed, each when it
 * is touched. For one that was used throughout that would be several times dearer than writing. Which one it is the
 * kernel tells (mincore), and because asking costs too, each answer holds for the next few times.
 *
 * mincore decides only how, never whether: a page that it does not see may still hold something, in swap for instance.
 */
#include "zero.h"

#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "heap.h"

#define LEAST_BYTES (512 * 1024u) /* below, writing is as cheap as asking */
#define OS_PAGE_LEAST_BYTES 4096u
#define PAGES_MOST (PANAMEM_SHELF_PAGES_MOST * PANAMEM_PAGE_BYTES / OS_PAGE_LEAST_BYTES)
#define SPARSE_PARTS 16
#define TIMES_BELIEVED 15

static bool looks_sparse(void *block, size_t bytes) {
  unsigned char resident[PAGES_MOST];
  size_t page_bytes = (size_t)getpagesize();
  size_t pages = (bytes + page_bytes - 1) / page_bytes;
  if (pages > PAGES_MOST || mincore(block, bytes, resident) != 0) {
    return false;
  }
  size_t touched = 0;
  for (size_t page = 0; page < pages; page++) {
    touched += resident[page] & 1;
  }
  return touched <= pages / SPARSE_PARTS;
}

/* Was little of the block touched when it was asked for last? */
static bool is_sparse(struct panamem_page *record, void *block, size_t bytes) {
  if (record->believed == 0) {
    record->sparse = looks_sparse(block, bytes);
    record->believed = TIMES_BELIEVED;
  } else {
    record->believed--;
  }
  return record->sparse != 0;
}

void *panamem_zero_large(void *block, size_t bytes) {
  bool purged = bytes >= LEAST_BYTES && is_sparse(panamem_record(panamem_page_of(block)), block, bytes) &&
                madvise(block, bytes, MADV_DONTNEED) == 0;
  return purged ? block : memset(block, 0, bytes);
}
