/* SPDX-License-Identifier: Apache-2.0
 *
 * The four functions over a stage.
 */
#include "debug_rows.h"

#include <string.h>

static void *stage_malloc(void *ctx, size_t size) {
  struct stage *stage = ctx;
  stage->calls++;
  stage->asked_bytes = size;
  return stage->refuses ? NULL : stage->memory;
}

static void *stage_calloc(void *ctx, size_t nelem, size_t elsize) {
  struct stage *stage = ctx;
  stage->calls++;
  stage->asked_nelem = nelem;
  stage->asked_bytes = elsize;
  return stage->refuses ? NULL : memset(stage->memory, 0, nelem * elsize);
}

static void *stage_realloc(void *ctx, void *ptr, size_t new_size) {
  struct stage *stage = ctx;
  stage->calls++;
  stage->asked_bytes = new_size;
  memcpy(stage->at_realloc, stage->memory, STAGE_BYTES);
  return stage->refuses || ptr != stage->memory ? NULL : memcpy(stage->moved, stage->memory, new_size);
}

static void stage_free(void *ctx, void *ptr) {
  struct stage *stage = ctx;
  stage->frees++;
  stage->freed = ptr;
  memcpy(stage->at_free, stage->memory, STAGE_BYTES);
}

PyMemAllocatorEx stage_row(struct stage *stage) {
  return (PyMemAllocatorEx){stage, stage_malloc, stage_calloc, stage_realloc, stage_free};
}

void stage_clear(struct stage *stage) {
  memset(stage, 0, sizeof *stage);
  memset(stage->memory, STAGE_FILL, sizeof stage->memory);
  memset(stage->moved, STAGE_FILL, sizeof stage->moved);
}
