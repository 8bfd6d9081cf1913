/* SPDX-License-Identifier: Apache-2.0
 *
 * The size class table: block bytes, pool lengths, the reciprocal that divides, and how much a magazine may hold.
 */
#include "class.h"

#define FIRST_POOL_BLOCKS 4                /* a bin's first pool holds at least these, so that tight limits go far */
#define POOL_WASTE_PARTS 8                 /* of which a first pool may waste one at its end */
#define MAGAZINE_MOST_BYTES (4096 * 1024u) /* of one size class */
#define MAGAZINE_MOST_BLOCKS 2047u         /* with the sentinel a power of two */

uint8_t panamem_class_of_steps[PANAMEM_CLASS_STEPS];

static uint32_t block_bytes_of(uint32_t class_index) {
  static const uint32_t eighths[PANAMEM_CLASSES_PER_DOUBLING] = {9, 10, 12, 14, 16};
  if (class_index <= PANAMEM_LINEAR_CLASSES) {
    return class_index * PANAMEM_ALIGNMENT;
  }
  uint32_t place = class_index - PANAMEM_LINEAR_CLASSES - 1;
  uint32_t doubling = place / PANAMEM_CLASSES_PER_DOUBLING;
  return eighths[place % PANAMEM_CLASSES_PER_DOUBLING] * (PANAMEM_LINEAR_MAX_BYTES / 8) << doubling;
}

static void fill_steps(const struct panamem_class classes[PANAMEM_CLASS_SLOTS]) {
  uint32_t class_index = 1;
  for (uint32_t step = 0; step < PANAMEM_CLASS_STEPS; step++) {
    while (classes[class_index].block_bytes < step * PANAMEM_CLASS_STEP_BYTES) {
      class_index++;
    }
    panamem_class_of_steps[step] = (uint8_t)class_index;
  }
}

static uint16_t first_pool_pages(uint32_t block_bytes) {
  uint32_t pages = 1;
  while (pages < PANAMEM_POOL_MAX_PAGES) {
    uint32_t pool_bytes = pages * PANAMEM_PAGE_BYTES;
    uint32_t waste = pool_bytes % block_bytes;
    if (pool_bytes / block_bytes >= FIRST_POOL_BLOCKS && waste <= pool_bytes / POOL_WASTE_PARTS) {
      break;
    }
    pages *= 2;
  }
  return (uint16_t)pages;
}

static uint16_t most_pool_pages(uint32_t block_bytes, uint16_t first) {
  uint16_t most = block_bytes <= 1024 ? 4 : block_bytes <= 8192 ? 8 : PANAMEM_POOL_MAX_PAGES;
  return most > first ? most : first;
}

static uint32_t magazine_most(uint32_t block_bytes) {
  uint32_t most = MAGAZINE_MOST_BYTES / block_bytes;
  return most > MAGAZINE_MOST_BLOCKS ? MAGAZINE_MOST_BLOCKS : most;
}

void panamem_classes_fill(struct panamem_class classes[PANAMEM_CLASS_SLOTS]) {
  for (uint32_t index = 1; index <= PANAMEM_CLASS_COUNT; index++) {
    uint32_t bytes = block_bytes_of(index);
    uint16_t first = first_pool_pages(bytes);
    classes[index] = (struct panamem_class){
        .block_bytes = bytes,
        .pool_pages_first = first,
        .pool_pages_most = most_pool_pages(bytes, first),
        .reciprocal = ((1ull << PANAMEM_RECIPROCAL_SHIFT) + bytes - 1) / bytes,
        .magazine_most = magazine_most(bytes),
    };
  }
  fill_steps(classes);
}
