/* SPDX-License-Identifier: Apache-2.0
 *
 * The time by which memory ages.
 */
#ifndef PANAMEM_NATIVE_CLOCK_H
#define PANAMEM_NATIVE_CLOCK_H

#include <stdint.h>
#include <time.h>

/* Nanoseconds of CLOCK_MONOTONIC, as of the kernel's last tick: some milliseconds late, and without a look at the hardware. */
static inline uint64_t panamem_now_nanos(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

#endif
