/* SPDX-License-Identifier: Apache-2.0
 *
 * Size classes: which class serves a request. The rule is abi.h's; the table of what each class means is in the heap.
 */
#ifndef PANAMEM_NATIVE_CLASS_H
#define PANAMEM_NATIVE_CLASS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../include/panamem/abi.h"

/* Every class above PANAMEM_LINEAR_MAX_BYTES ends at a multiple of this. */
#define PANAMEM_CLASS_STEP_BYTES (PANAMEM_LINEAR_MAX_BYTES / 8)
#define PANAMEM_CLASS_STEPS (PANAMEM_SMALL_MAX_BYTES / PANAMEM_CLASS_STEP_BYTES + 1)

/* The class of so many steps; PANAMEM_CLASS_NONE everywhere until panamem_classes_fill. */
extern uint8_t panamem_class_of_steps[PANAMEM_CLASS_STEPS];

/* The class of a request of at most PANAMEM_LINEAR_MAX_BYTES; 0 bytes have class PANAMEM_CLASS_NONE. */
static inline uintptr_t panamem_class_of_short(size_t bytes) {
  return (bytes + PANAMEM_ALIGNMENT - 1) / PANAMEM_ALIGNMENT;
}

/* Of one above PANAMEM_LINEAR_MAX_BYTES - PANAMEM_ALIGNMENT, up to PANAMEM_SMALL_MAX_BYTES. */
static inline uintptr_t panamem_class_of_long(size_t bytes) {
  return panamem_class_of_steps[(bytes + PANAMEM_CLASS_STEP_BYTES - 1) / PANAMEM_CLASS_STEP_BYTES];
}

/* Of any up to PANAMEM_SMALL_MAX_BYTES. */
static inline uint32_t panamem_class_of(size_t bytes) {
  if (bytes <= PANAMEM_LINEAR_MAX_BYTES) {
    return (uint32_t)panamem_class_of_short(bytes);
  }
  return (uint32_t)panamem_class_of_long(bytes);
}

/* A small block keeps its place while the new size fits and uses more than three quarters of it (pymalloc's rule). */
static inline bool panamem_fits_in_place(size_t block_bytes, size_t bytes) {
  return bytes <= block_bytes && 4 * bytes > 3 * block_bytes;
}

/* Fills the table of all classes, whose slots that are no class stay zero, and the one above. */
void panamem_classes_fill(struct panamem_class classes[PANAMEM_CLASS_SLOTS]);

#endif
