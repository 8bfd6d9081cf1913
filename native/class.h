/* SPDX-License-Identifier: Apache-2.0
 *
 * Size classes: which class serves a request. The rule is abi.h's; the table of what each class means is in the heap.
 */
#ifndef PANAMEM_NATIVE_CLASS_H
#define PANAMEM_NATIVE_CLASS_H

#include <stddef.h>
#include <stdint.h>

#include "../include/panamem/abi.h"

/* The class of a request above PANAMEM_LINEAR_MAX_BYTES and at most PANAMEM_SMALL_MAX_BYTES. */
static inline uint32_t panamem_class_geometric(size_t bytes) {
  uint64_t last = bytes - 1;
  uint32_t log2_last = 63u - (uint32_t)__builtin_clzll(last);
  uint32_t log2_linear = 63u - (uint32_t)__builtin_clzll(PANAMEM_LINEAR_MAX_BYTES);
  uint32_t quarter = (uint32_t)(last >> (log2_last - 2)) & (PANAMEM_CLASSES_PER_DOUBLING - 1);
  return PANAMEM_LINEAR_CLASSES + 1 + (log2_last - log2_linear) * PANAMEM_CLASSES_PER_DOUBLING + quarter;
}

/* The class of a request of at most PANAMEM_SMALL_MAX_BYTES; 0 bytes have class PANAMEM_CLASS_NONE. */
static inline uint32_t panamem_class_of(size_t bytes) {
  if (bytes <= PANAMEM_LINEAR_MAX_BYTES) {
    return (uint32_t)((bytes + PANAMEM_ALIGNMENT - 1) / PANAMEM_ALIGNMENT);
  }
  return panamem_class_geometric(bytes);
}

/* Fills the table of all classes; slots that are no class stay zero. */
void panamem_classes_fill(struct panamem_class classes[PANAMEM_CLASS_SLOTS]);

#endif
