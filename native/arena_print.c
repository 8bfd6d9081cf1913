/* SPDX-License-Identifier: Apache-2.0
 *
 * CPython's tables with our terms: all domains together per size class, then where the bytes of the arenas are.
 *
 *   arenas * bytes/arena = allocated + available blocks + large blocks + unused pages + quantization
 *
 * Pools have no headers and arenas are aligned. Large blocks are a line that CPython does not have.
 */
#include "arena_print.h"

#include <inttypes.h>

#include "heap.h"
#include "print_line.h"
#include "statistics.h"

/* All bins of a size class. */
struct class_figures {
  uint64_t pools, blocks, live_blocks;
};

static struct class_figures figures_of(uint32_t class, const struct panamem_figures *figures) {
  struct class_figures sum = {0, 0, 0};
  for (uint32_t domain = 0; domain < PANAMEM_DOMAINS; domain++) {
    uint32_t bin = domain << PANAMEM_BIN_SHIFT | class;
    sum.pools += panamem_heap.bins[bin].pool_count;
    sum.blocks += panamem_heap.bins[bin].blocks;
    sum.live_blocks += figures->bins[bin].live_blocks;
  }
  return sum;
}

/* The parts are read one after the other; while other threads work, one may have outgrown the whole. */
static uint64_t rest(uint64_t whole, uint64_t part) {
  return whole > part ? whole - part : 0;
}

struct block_bytes {
  uint64_t allocated, available, large;
};

static struct block_bytes print_classes(FILE *out) {
  struct block_bytes bytes = {0, 0, 0};
  struct panamem_figures figures;
  panamem_figures_take(&figures);
  for (uint32_t domain = 0; domain < PANAMEM_DOMAINS; domain++) {
    bytes.large += figures.large[domain].live_bytes;
    bytes.available += figures.large[domain].ready_bytes;
  }
  panamem_print_class_head(out);
  for (uint32_t class = 1; class <= PANAMEM_CLASS_COUNT; class++) {
    struct class_figures sum = figures_of(class, &figures);
    uint32_t block_bytes = panamem_heap.classes[class].block_bytes;
    uint64_t available_blocks = rest(sum.blocks, sum.live_blocks);
    if (sum.pools > 0) {
      panamem_print_class(out, class - 1, block_bytes, sum.pools, sum.live_blocks, available_blocks);
    }
    bytes.allocated += sum.live_blocks * block_bytes;
    bytes.available += available_blocks * block_bytes;
  }
  fputc('\n', out);
  return bytes;
}

/* Arenas stay taken; what goes back to the OS is the memory in them. */
static uint64_t print_arenas(FILE *out) {
  uint32_t taken = panamem_heap.page_heap.arenas_taken;
  uint64_t arenas = taken == 0 ? 0 : taken - 1;
  char label[64];
  panamem_print_line(out, "# arenas allocated total", arenas);
  panamem_print_line(out, "# arenas reclaimed", 0);
  panamem_print_line(out, "# arenas highwater mark", arenas);
  panamem_print_line(out, "# arenas allocated current", arenas);
  snprintf(label, sizeof label, "%" PRIu64 " arenas * %d bytes/arena", arenas, PANAMEM_ARENA_BYTES);
  return panamem_print_line(out, label, arenas * PANAMEM_ARENA_BYTES);
}

static void print_bytes(FILE *out, uint64_t arenas_bytes, struct block_bytes blocks) {
  const struct panamem_page_heap *heap = &panamem_heap.page_heap;
  uint64_t used_bytes = 0;
  for (uint32_t domain = 0; domain < PANAMEM_DOMAINS; domain++) {
    used_bytes += heap->used_bytes[domain];
  }
  uint64_t unused_bytes = rest(arenas_bytes, used_bytes);
  char label[64];
  uint64_t total = panamem_print_line(out, "# bytes in allocated blocks", blocks.allocated);
  total += panamem_print_line(out, "# bytes in available blocks", blocks.available);
  total += panamem_print_line(out, "# bytes in large blocks", blocks.large);
  snprintf(label, sizeof label, "%" PRIu64 " unused pages * %d bytes", unused_bytes / PANAMEM_PAGE_BYTES,
           PANAMEM_PAGE_BYTES);
  total += panamem_print_line(out, label, unused_bytes);
  total += panamem_print_line(out, "# bytes lost to pool headers", 0);
  total += panamem_print_line(out, "# bytes lost to quantization",
                              rest(used_bytes, blocks.large + blocks.allocated + blocks.available));
  total += panamem_print_line(out, "# bytes lost to arena alignment", 0);
  panamem_print_line(out, "Total", total);
}

int panamem_arena_print(FILE *out) {
  fprintf(out, "Small block threshold = %d, in %u size classes.\n\n", PANAMEM_SMALL_MAX_BYTES, PANAMEM_CLASS_COUNT);
  struct block_bytes blocks = print_classes(out);
  uint64_t arenas_bytes = print_arenas(out);
  fputc('\n', out);
  print_bytes(out, arenas_bytes, blocks);
  return 1;
}
