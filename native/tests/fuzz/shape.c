/* SPDX-License-Identifier: Apache-2.0 */
#include "shape.h"

#include "../../heap.h"

#define RUN_SHAPES (PANAMEM_RUN_KINDS * PANAMEM_RUN_CLASSES)
#define SHAPES (2 * PANAMEM_BINS + RUN_SHAPES + PANAMEM_DOMAINS * PANAMEM_SHELF_PAGES_MOST)

/* libFuzzer finds them by the name of their section. */
__attribute__((section("__libfuzzer_extra_counters"))) static uint8_t shapes[SHAPES];

static uint8_t log2_of(uint64_t number) {
  uint8_t log2 = 0;
  while (number >> log2 != 0 && log2 < 8) {
    log2++;
  }
  return (uint8_t)(log2 == 0 ? 0 : 1 << (log2 - 1)); /* one of libFuzzer's eight ranks of a counter */
}

static uint8_t *note_bins(uint8_t *shape) {
  for (uint32_t bin = 0; bin < PANAMEM_BINS; bin++) {
    *shape++ = log2_of(panamem_heap.bins[bin].pool_count);
    *shape++ = log2_of(panamem_heap.depots[bin].count);
  }
  return shape;
}

static uint8_t *note_runs(uint8_t *shape) {
  const struct panamem_page_heap *heap = &panamem_heap.page_heap;
  for (uint32_t kind = 0; kind < PANAMEM_RUN_KINDS; kind++) {
    for (uint32_t class = 0; class < PANAMEM_RUN_CLASSES; class++) {
      *shape++ = (heap->nonempty[kind][class / 64] >> class % 64 & 1) != 0;
    }
  }
  return shape;
}

static void note_shelves(uint8_t *shape) {
  const struct panamem_thread *thread = panamem_heap.threads;
  for (uint32_t i = 0; thread != NULL && i < PANAMEM_DOMAINS * PANAMEM_SHELF_PAGES_MOST; i++) {
    *shape++ = thread->shelves[i / PANAMEM_SHELF_PAGES_MOST][i % PANAMEM_SHELF_PAGES_MOST] != 0;
  }
}

void shape_note(void) {
  if (panamem_heap.range_bytes != 0) {
    note_shelves(note_runs(note_bins(shapes)));
  }
}
