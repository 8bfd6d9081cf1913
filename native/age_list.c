/* SPDX-License-Identifier: Apache-2.0
 *
 * Linked through the page records. Java reads the times by its own clock, which is this one.
 */
#include "age_list.h"

#include <time.h>

#include "heap.h"

#define NANOS_PER_SECOND 1000000000ull

static uint64_t now_nanos(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
  return (uint64_t)now.tv_sec * NANOS_PER_SECOND + (uint64_t)now.tv_nsec;
}

static void link_around(uint32_t first, uint32_t older, uint32_t newer) {
  struct panamem_page_heap *heap = &panamem_heap.page_heap;
  if (older != 0) {
    panamem_record(older)->newer = first;
  } else {
    heap->dirty_oldest = first;
  }
  if (newer != 0) {
    panamem_record(newer)->older = first;
  } else {
    heap->dirty_newest = first;
  }
}

void panamem_age_append(uint32_t first) {
  struct panamem_page *run = panamem_record(first);
  run->older = panamem_heap.page_heap.dirty_newest;
  run->newer = 0;
  run->freed_nanos = now_nanos();
  link_around(first, run->older, 0);
}

void panamem_age_remove(uint32_t first) {
  struct panamem_page_heap *heap = &panamem_heap.page_heap;
  struct panamem_page *run = panamem_record(first);
  if (run->older != 0) {
    panamem_record(run->older)->newer = run->newer;
  } else {
    heap->dirty_oldest = run->newer;
  }
  if (run->newer != 0) {
    panamem_record(run->newer)->older = run->older;
  } else {
    heap->dirty_newest = run->older;
  }
  run->older = run->newer = 0;
}

void panamem_age_replace(uint32_t first, uint32_t successor) {
  if (first == successor) {
    return;
  }
  struct panamem_page *run = panamem_record(first);
  struct panamem_page *other = panamem_record(successor);
  other->older = run->older;
  other->newer = run->newer;
  other->freed_nanos = run->freed_nanos;
  run->older = run->newer = 0;
  link_around(successor, other->older, other->newer);
}
