/* SPDX-License-Identifier: Apache-2.0
 *
 * A small fixed-seed generator (xorshift64*): the same sequence of sizes and slots for every contender.
 */
#ifndef PANAMEM_BENCHMARKS_RANDOM_H
#define PANAMEM_BENCHMARKS_RANDOM_H

#include <stddef.h>
#include <stdint.h>

static inline uint64_t random_seeded(uint64_t seed, unsigned stream) {
  return (seed + stream + 1) * UINT64_C(0x9E3779B97F4A7C15) | 1;
}

static inline uint64_t random_next(uint64_t *state) {
  uint64_t x = *state;
  x ^= x >> 12;
  x ^= x << 25;
  x ^= x >> 27;
  *state = x;
  return x * UINT64_C(0x2545F4914F6CDD1D);
}

/* Uniform in [0, bound) from the upper 32 bits; bound < 2^32. */
static inline size_t random_below(uint64_t random, size_t bound) {
  return (size_t)(((random >> 32) * (uint64_t)bound) >> 32);
}

/* min_bytes..max_bytes, each doubling equally likely, uniform within a doubling; consumes the lower 32 bits. */
static inline size_t random_bytes(uint64_t random, size_t min_bytes, unsigned doublings) {
  uint64_t low = random & UINT32_MAX;
  unsigned doubling = (unsigned)(((low >> 16) * doublings) >> 16);
  size_t base_bytes = min_bytes << doubling;
  return base_bytes + (size_t)(((low & 0xFFFF) * base_bytes) >> 16);
}

#endif
