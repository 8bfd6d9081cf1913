/* SPDX-License-Identifier: Apache-2.0
 *
 * A row for hooks to stand on: a fixed piece of memory that shows what the hooks do to it, and that refuses on demand.
 */
#ifndef PANAMEM_TESTS_DEBUG_ROWS_H
#define PANAMEM_TESTS_DEBUG_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../../include/panamem/pymem.h"

#define STAGE_BYTES 4096

/* One block at a time, at the beginning of memory; realloc moves it to moved. Both are filled with 0x11 between blocks,
 * so that every byte that hooks write or leave alone can be seen. */
struct stage {
  _Alignas(16) uint8_t memory[STAGE_BYTES];
  _Alignas(16) uint8_t moved[STAGE_BYTES];
  bool refuses;
  size_t asked_bytes;             /* of the last malloc, calloc or realloc */
  size_t asked_nelem;             /* of the last calloc */
  int calls;                      /* malloc, calloc and realloc */
  int frees;
  void *freed;
  uint8_t at_free[STAGE_BYTES];   /* memory as free saw it */
  uint8_t at_realloc[STAGE_BYTES]; /* memory as realloc saw it */
};

#define STAGE_FILL 0x11

PyMemAllocatorEx stage_row(struct stage *stage);
void stage_clear(struct stage *stage);

#endif
