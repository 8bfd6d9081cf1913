/* SPDX-License-Identifier: Apache-2.0
 *
 * The lines of _PyObject_DebugMallocStats, to the letter.
 */
#include "print_line.h"

#include <inttypes.h>

#define LABEL_COLUMNS 35
#define NUMBER_COLUMNS 21

uint64_t panamem_print_line(FILE *out, const char *label, uint64_t number) {
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

void panamem_print_class_head(FILE *out) {
  fputs("class   size   num pools   blocks in use  avail blocks\n"
        "-----   ----   ---------   -------------  ------------\n",
        out);
}

void panamem_print_class(FILE *out, uint32_t class, uint32_t block_bytes, uint64_t pools, uint64_t live_blocks,
                         uint64_t available_blocks) {
  fprintf(out, "%5u %6u %11" PRIu64 " %15" PRIu64 " %13" PRIu64 "\n", class, block_bytes, pools, live_blocks,
          available_blocks);
}
