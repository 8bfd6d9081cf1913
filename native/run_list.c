/* SPDX-License-Identifier: Apache-2.0
 *
 * Free runs by length: the first list whose every run is long enough is found by one bit scan (good fit).
 */
#include "run_list.h"

#include "heap.h"

#define NO_CLASS PANAMEM_RUN_CLASSES

static uint32_t log2_floor(uint32_t pages) {
  return 31u - (uint32_t)__builtin_clz(pages);
}

/* The class that a run of this length belongs to. */
static uint32_t class_holding(uint32_t pages) {
  if (pages <= PANAMEM_RUN_EXACT) {
    return pages - 1;
  }
  uint32_t log2_pages = log2_floor(pages);
  return PANAMEM_RUN_EXACT + (log2_pages - log2_floor(PANAMEM_RUN_EXACT)) * 4 + (pages >> (log2_pages - 2) & 3);
}

/* The first class in which every run has at least this many pages. */
static uint32_t class_serving(uint32_t pages) {
  if (pages <= PANAMEM_RUN_EXACT) {
    return pages - 1;
  }
  uint32_t quarter_pages = 1u << (log2_floor(pages) - 2);
  return class_holding(pages + quarter_pages - 1);
}

static uint32_t first_nonempty(uint32_t kind, uint32_t from) {
  const uint64_t *nonempty = panamem_heap.page_heap.nonempty[kind];
  for (uint32_t word = from / 64; word < PANAMEM_RUN_WORDS; word++) {
    uint64_t bits = nonempty[word];
    if (word == from / 64) {
      bits &= ~0ull << from % 64;
    }
    if (bits != 0) {
      return word * 64 + (uint32_t)__builtin_ctzll(bits);
    }
  }
  return NO_CLASS;
}

void panamem_run_link(uint32_t first, uint32_t pages, uint32_t kind) {
  struct panamem_page_heap *heap = &panamem_heap.page_heap;
  struct panamem_page *run = panamem_record(first);
  struct panamem_page *last = panamem_record(first + pages - 1);
  uint32_t class = class_holding(pages);
  uint32_t next = heap->runs[kind][class];
  run->state = last->state = (uint8_t)(kind == PANAMEM_RUN_DIRTY ? PANAMEM_PAGE_DIRTY : PANAMEM_PAGE_CLEAN);
  run->run_pages = last->run_pages = pages;
  run->bin = 0;
  run->prev = 0;
  run->next = next;
  if (next != 0) {
    panamem_record(next)->prev = first;
  }
  heap->runs[kind][class] = first;
  heap->nonempty[kind][class / 64] |= 1ull << class % 64;
}

uint32_t panamem_run_unlink(uint32_t first) {
  struct panamem_page_heap *heap = &panamem_heap.page_heap;
  struct panamem_page *run = panamem_record(first);
  uint32_t pages = run->run_pages;
  uint32_t kind = run->state == PANAMEM_PAGE_DIRTY ? PANAMEM_RUN_DIRTY : PANAMEM_RUN_CLEAN;
  uint32_t class = class_holding(pages);
  if (run->next != 0) {
    panamem_record(run->next)->prev = run->prev;
  }
  if (run->prev != 0) {
    panamem_record(run->prev)->next = run->next;
  } else {
    heap->runs[kind][class] = run->next;
    if (run->next == 0) {
      heap->nonempty[kind][class / 64] &= ~(1ull << class % 64);
    }
  }
  run->next = run->prev = 0;
  run->state = panamem_record(first + pages - 1)->state = PANAMEM_PAGE_INSIDE;
  return pages;
}

uint32_t panamem_run_find(uint32_t pages, uint32_t kind) {
  const uint32_t *runs = panamem_heap.page_heap.runs[kind];
  uint32_t class = first_nonempty(kind, class_serving(pages));
  if (class != NO_CLASS) {
    return runs[class];
  }
  /* Only lists that hold shorter runs too are left: before a refusal, look at each run. */
  for (uint32_t first = runs[class_holding(pages)]; first != 0; first = panamem_record(first)->next) {
    if (panamem_record(first)->run_pages >= pages) {
      return first;
    }
  }
  return 0;
}
