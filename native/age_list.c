/* SPDX-License-Identifier: Apache-2.0
 *
 * Linked through the page records. Java compares the times with CLOCK_MONOTONIC.
 */
#include "age_list.h"

#include "clock.h"
#include "heap.h"

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
  run->freed_nanos = panamem_now_nanos();
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
