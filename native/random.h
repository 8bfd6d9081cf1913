/* SPDX-License-Identifier: Apache-2.0
 *
 * Numbers that no program's rhythm matches; not secret ones.
 */
#ifndef PANAMEM_NATIVE_RANDOM_H
#define PANAMEM_NATIVE_RANDOM_H

#include <stdint.h>

/* The next state, whose upper bits are the good ones. Source: Knuth and Lewis's linear congruential generator. */
static inline uint32_t panamem_random_next(uint32_t state) {
  return state * 1664525u + 1013904223u;
}

#endif
