/* SPDX-License-Identifier: Apache-2.0
 *
 * Three tables: blocks per size class; where the bytes of the arenas are, which adds up; and what the address map takes.
 */
#include "pymalloc_print.h"

#include <inttypes.h>

#include "pymalloc_map.h"
#include "pymalloc_tally.h"

#define LABEL_COLUMNS 35
#define NUMBER_COLUMNS 21
#define HEADER_BYTES sizeof(struct panamem_py_pool)

/* One line: what it is, and a number with a comma before every third digit. Answers the number. */
static uint64_t print_line(FILE *out, const char *label, uint64_t number) {
  char digits[NUMBER_COLUMNS + 1];
  char text[2 * NUMBER_COLUMNS];
  int length = snprintf(digits, sizeof digits, "%" PRIu64, number);
  int at = 0;
  for (int i = 0; i < length; i++) {
    if (i > 0 && (length - i) % 3 == 0) {
      text[at++] = ',';
    }
    text[at++] = digits[i];
  }
  text[at] = '\0';
  fprintf(out, "%-*s=%*s\n", LABEL_COLUMNS, label, NUMBER_COLUMNS, text);
  return number;
}

/* The bytes of all pools that have a block out, apart. */
struct pool_bytes {
  uint64_t allocated, available, headers, quantization;
};

static struct pool_bytes print_classes(FILE *out, const struct panamem_py_tally *tally) {
  struct pool_bytes bytes = {0, 0, 0, 0};
  fputs("class   size   num pools   blocks in use  avail blocks\n"
        "-----   ----   ---------   -------------  ------------\n",
        out);
  for (uint32_t i = 0; i < PANAMEM_PY_CLASSES; i++) {
    const struct panamem_py_class_tally *class = &tally->classes[i];
    uint32_t block_bytes = panamem_py_block_bytes(i);
    if (class->pools == 0) {
      continue;
    }
    uint64_t available = class->free_blocks + class->ready_blocks;
    fprintf(out, "%5u %6u %11" PRIu64 " %15" PRIu64 " %13" PRIu64 "\n", i, block_bytes, class->pools,
            class->live_blocks, available);
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
  print_line(out, "# arenas allocated total", tally->arenas_total);
  print_line(out, "# arenas reclaimed", tally->arenas_total - tally->arenas_now);
  print_line(out, "# arenas highwater mark", tally->arenas_peak);
  print_line(out, "# arenas allocated current", tally->arenas_now);
  snprintf(label, sizeof label, "%" PRIu64 " arenas * %d bytes/arena", tally->arenas_now, PANAMEM_PY_ARENA_BYTES);
  print_line(out, label, tally->arenas_now * PANAMEM_PY_ARENA_BYTES);
  fputc('\n', out);
}

static void print_bytes(FILE *out, const struct panamem_py_tally *tally, struct pool_bytes bytes) {
  char label[64];
  uint64_t total = print_line(out, "# bytes in allocated blocks", bytes.allocated);
  total += print_line(out, "# bytes in available blocks", bytes.available);
  snprintf(label, sizeof label, "%" PRIu64 " unused pools * %d bytes", tally->unused_pools, PANAMEM_PY_POOL_BYTES);
  total += print_line(out, label, tally->unused_pools * PANAMEM_PY_POOL_BYTES);
  total += print_line(out, "# bytes lost to pool headers", bytes.headers);
  total += print_line(out, "# bytes lost to quantization", bytes.quantization);
  total += print_line(out, "# bytes lost to arena alignment", tally->unaligned_arenas * PANAMEM_PY_POOL_BYTES);
  print_line(out, "Total", total);
}

static void print_map(FILE *out, const struct panamem_py_tally *tally) {
  fputs("\narena map counts\n", out);
  print_line(out, "# arena map mid nodes", tally->map_mid_nodes);
  print_line(out, "# arena map bot nodes", tally->map_bot_nodes);
  fputc('\n', out);
  uint64_t total = print_line(out, "# bytes lost to arena map root", PANAMEM_PY_ROOT_BYTES);
  total += print_line(out, "# bytes lost to arena map mid", tally->map_mid_nodes * PANAMEM_PY_MID_BYTES);
  total += print_line(out, "# bytes lost to arena map bot", tally->map_bot_nodes * PANAMEM_PY_BOT_BYTES);
  print_line(out, "Total", total);
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
