/* SPDX-License-Identifier: Apache-2.0
 *
 * The dump of a damaged block, line by line as CPython's _PyObject_DebugDumpAddress writes it.
 */
#include "debug_report.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>

#include "debug_layout.h"
#include "debug_trace.h"

#define PAD_BYTES 7
#define SHOWN_BYTES 8 /* at each end of the data */

static bool all_forbidden(const uint8_t *from, size_t bytes) {
  for (size_t i = 0; i < bytes; i++) {
    if (from[i] != PANAMEM_DEBUG_FORBIDDEN) {
      return false;
    }
  }
  return true;
}

static void print_pad_byte(uint8_t byte) {
  fprintf(stderr, ": 0x%02x%s\n", byte, byte == PANAMEM_DEBUG_FORBIDDEN ? "" : " *** OUCH");
}

static void print_lead(const uint8_t *block) {
  fprintf(stderr, "    The %d pad bytes at p-%d are ", PAD_BYTES, PAD_BYTES);
  if (all_forbidden(block - PAD_BYTES, PAD_BYTES)) {
    fputs("FORBIDDENBYTE, as expected.\n", stderr);
    return;
  }
  fprintf(stderr, "not all FORBIDDENBYTE (0x%02x):\n", PANAMEM_DEBUG_FORBIDDEN);
  for (int i = PAD_BYTES; i >= 1; i--) {
    fprintf(stderr, "        at p-%d", i);
    print_pad_byte(*(block - i));
  }
  fputs("    Because memory is corrupted at the start, the count of bytes requested\n"
        "       may be bogus, and checking the trailing pad bytes may segfault.\n",
        stderr);
}

static void print_tail(const uint8_t *tail) {
  fprintf(stderr, "    The %d pad bytes at tail=%p are ", PANAMEM_DEBUG_WORD_BYTES, (const void *)tail);
  if (all_forbidden(tail, PANAMEM_DEBUG_WORD_BYTES)) {
    fputs("FORBIDDENBYTE, as expected.\n", stderr);
    return;
  }
  fprintf(stderr, "not all FORBIDDENBYTE (0x%02x):\n", PANAMEM_DEBUG_FORBIDDEN);
  for (int i = 0; i < PANAMEM_DEBUG_WORD_BYTES; i++) {
    fprintf(stderr, "        at tail+%d", i);
    print_pad_byte(tail[i]);
  }
}

static void print_bytes(const uint8_t *from, const uint8_t *to) {
  for (const uint8_t *byte = from; byte < to; byte++) {
    fprintf(stderr, " %02x", *byte);
  }
}

static void print_data(const uint8_t *block, const uint8_t *tail) {
  fputs("    Data at p:", stderr);
  if (tail - block <= 2 * SHOWN_BYTES) {
    print_bytes(block, tail);
  } else {
    print_bytes(block, block + SHOWN_BYTES);
    fputs(" ...", stderr);
    print_bytes(tail - SHOWN_BYTES, tail);
  }
  fputc('\n', stderr);
}

void panamem_debug_report(const uint8_t *block) {
  uint64_t bytes = panamem_debug_bytes(block);
  const uint8_t *tail = (const uint8_t *)((uintptr_t)block + bytes);
  fprintf(stderr, "Debug memory block at address p=%p: API '%c'\n", (const void *)block,
          *(block - PANAMEM_DEBUG_WORD_BYTES));
  fprintf(stderr, "    %" PRIu64 " bytes originally requested\n", bytes);
  print_lead(block);
  print_tail(tail);
  if (bytes > 0) {
    print_data(block, tail);
  }
  fputc('\n', stderr);
  fflush(stderr);
  panamem_debug_print_trace((uintptr_t)block);
}
