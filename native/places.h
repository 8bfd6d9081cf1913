/* SPDX-License-Identifier: Apache-2.0
 *
 * Places in Python code: file, function and line of a frame, each kept once and known by a number.
 */
#ifndef PANAMEM_NATIVE_PLACES_H
#define PANAMEM_NATIVE_PLACES_H

#include <stdint.h>

#include "python_frames.h"

/* The texts live as long as the process. */
struct panamem_place {
  const char *file;
  const char *function;
  int line;
};

/* The place of a frame that panamem_python_frames has just answered; 0 without memory, or in a signal handler at a bad
 * moment. code_serial tells its code object from others that had the same address. Takes the lock of aside.h for what it has
 * not seen before. */
uint32_t panamem_place_number(const struct panamem_python_frame *frame, uint64_t code_serial);

/* Its texts; "?" for 0. */
struct panamem_place panamem_place_read(uint32_t number);

#endif
