/* SPDX-License-Identifier: Apache-2.0
 *
 * Two ways to the same, chosen by what the kernel answers for a page of our own.
 */
#include "guard_pages.h"

#include <stdio.h>
#include <sys/mman.h>

/* Of Linux's uapi/asm-generic/mman-common.h; libc's headers may be older than the kernel. */
#define GUARD_INSTALL 102
#define GUARD_REMOVE 103

#define MAPPINGS_DEFAULT 65530u
#define MAPPINGS_PART 4

bool panamem_guard_pages_are_light;

void panamem_guard_pages_prepare(void) {
  void *page = mmap(NULL, PANAMEM_OS_PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (page != MAP_FAILED) {
    panamem_guard_pages_are_light = madvise(page, PANAMEM_OS_PAGE_BYTES, GUARD_INSTALL) == 0;
    munmap(page, PANAMEM_OS_PAGE_BYTES);
  }
}

uint32_t panamem_guard_pages_most(void) {
  unsigned mappings = MAPPINGS_DEFAULT;
  FILE *file = fopen("/proc/sys/vm/max_map_count", "re");
  if (file != NULL) {
    if (fscanf(file, "%u", &mappings) != 1) {
      mappings = MAPPINGS_DEFAULT;
    }
    fclose(file);
  }
  return mappings / MAPPINGS_PART;
}

bool panamem_guard_pages_shut(void *first, size_t bytes) {
  if (bytes == 0) {
    return true;
  }
  if (panamem_guard_pages_are_light) {
    return madvise(first, bytes, GUARD_INSTALL) == 0;
  }
  return madvise(first, bytes, MADV_DONTNEED) == 0 && mprotect(first, bytes, PROT_NONE) == 0;
}

bool panamem_guard_pages_open(void *first, size_t bytes) {
  if (bytes == 0) {
    return true;
  }
  return panamem_guard_pages_are_light ? madvise(first, bytes, GUARD_REMOVE) == 0
                                       : mprotect(first, bytes, PROT_READ | PROT_WRITE) == 0;
}
