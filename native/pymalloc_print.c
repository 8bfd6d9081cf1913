/* SPDX-License-Identifier: Apache-2.0
 *
 * Three tables: blocks per size class; where the bytes of the arenas are, which adds up; and what the address map takes.
 */
#include "pymalloc_print.h"

#include <inttypes.h>

#include "print_line.h"
#include "pymalloc_map.h"
#include "pymalloc_tally.h"

#define HEADER_BYTES sizeof(struct panamem_py_pool)

/* The bytes of all pools that have a block out, apart. */
struct pool_bytes {
  uint64_t allocated, available, headers, quantization;
};

static struct pool_bytes print_classes(FILE *out, const struct panamem_py_tally *tally) {
  struct pool_bytes bytes = {0, 0, 0, 0};
  panamem_print_class_head(out);
  for (uint32_t i = 0; i < PANAMEM_PY_CLASSES; i++) {
    const struct panamem_py_class_tally *class = &tally->classes[i];
    uint32_t block_bytes = panamem_py_block_bytes(i);
    if (class->pools == 0) {
      continue;
    }
    uint64_t available = class->free_blocks + class->ready_blocks;
    panamem_print_class(out, i, block_bytes, class->pools, class->live_blocks, available);
    bytes.allocated += class->live_blocks * block_bytes;
    bytes.available += available * block_bytes;
    bytes.headers += class->pools * HEADER_BYTES;
    bytes.quantization += class->pools * ((PANAMEM_PY_POOL_BYTES - HEADER_BYTES) % block_bytes);
  }
  fputc('\n', out);
  return bytes;
}

static void print_arenas(FILE *out, const struct panamem_py_tally *tally) {
  char label[64];
  panamem_print_line(out, "# arenas allocated total", tally->arenas_total);
  panamem_print_line(out, "# arenas reclaimed", tally->arenas_total - tally->arenas_now);
  panamem_print_line(out, "# arenas highwater mark", tally->arenas_peak);
  panamem_print_line(out, "# arenas allocated current", tally->arenas_now);
  snprintf(label, sizeof label, "%" PRIu64 " arenas * %d bytes/arena", tally->arenas_now, PANAMEM_PY_ARENA_BYTES);
  panamem_print_line(out, label, tally->arenas_now * PANAMEM_PY_ARENA_BYTES);
  fputc('\n', out);
}

static void print_bytes(FILE *out, const struct panamem_py_tally *tally, struct pool_bytes bytes) {
  char label[64];
  uint64_t total = panamem_print_line(out, "# bytes in allocated blocks", bytes.allocated);
  total += panamem_print_line(out, "# bytes in available blocks", bytes.available);
  snprintf(label, sizeof label, "%" PRIu64 " unused pools * %d bytes", tally->unused_pools, PANAMEM_PY_POOL_BYTES);
  total += panamem_print_line(out, label, tally->unused_pools * PANAMEM_PY_POOL_BYTES);
  total += panamem_print_line(out, "# bytes lost to pool headers", bytes.headers);
  total += panamem_print_line(out, "# bytes lost to quantization", bytes.quantization);
  total += panamem_print_line(out, "# bytes lost to arena alignment", tally->unaligned_arenas * PANAMEM_PY_POOL_BYTES);
  panamem_print_line(out, "Total", total);
}

static void print_map(FILE *out, const struct panamem_py_tally *tally) {
  fputs("\narena map counts\n", out);
  panamem_print_line(out, "# arena map mid nodes", tally->map_mid_nodes);
  panamem_print_line(out, "# arena map bot nodes", tally->map_bot_nodes);
  fputc('\n', out);
  uint64_t total = panamem_print_line(out, "# bytes lost to arena map root", PANAMEM_PY_ROOT_BYTES);
  total += panamem_print_line(out, "# bytes lost to arena map mid", tally->map_mid_nodes * PANAMEM_PY_MID_BYTES);
  total += panamem_print_line(out, "# bytes lost to arena map bot", tally->map_bot_nodes * PANAMEM_PY_BOT_BYTES);
  panamem_print_line(out, "Total", total);
}

int panamem_py_print(FILE *out) {
  struct panamem_py_tally tally;
  panamem_py_tally_take(&tally);
  fprintf(out, "Small block threshold = %d, in %u size classes.\n\n", PANAMEM_PY_SMALL_MAX_BYTES, PANAMEM_PY_CLASSES);
  struct pool_bytes bytes = print_classes(out, &tally);
  print_arenas(out, &tally);
  print_bytes(out, &tally, bytes);
  print_map(out, &tally);
  return 1;
}
