/* SPDX-License-Identifier: Apache-2.0
 *
 * What tables of things that are kept once have in common: chains that are found by a hash, and numbers by which things are
 * known. Chains are read without a lock; whoever finds nothing takes the lock of aside.h, looks once more and adds.
 */
#ifndef PANAMEM_NATIVE_NUMBERS_H
#define PANAMEM_NATIVE_NUMBERS_H

#include <stdbool.h>
#include <stdint.h>

#define PANAMEM_CHAINS (1u << 16)
#define PANAMEM_NUMBERS_PAGE (1u << 12)
#define PANAMEM_NUMBERS_PAGES 512u /* so at most two million things of a kind */

/* From a number to what it stands for; the first is 1. */
struct panamem_numbers {
  void **pages[PANAMEM_NUMBERS_PAGES];
  uint32_t count;
};

/* Are no more numbers left? Then nothing should be made that would want one. */
static inline bool panamem_numbers_are_used_up(const struct panamem_numbers *numbers) {
  return numbers->count == PANAMEM_NUMBERS_PAGE * PANAMEM_NUMBERS_PAGES;
}

/* What the number stands for, or NULL. */
void *panamem_numbered(const struct panamem_numbers *numbers, uint32_t number);

/* Its number from now on, or 0 without memory. Some must be left. Under the lock. */
uint32_t panamem_number_it(struct panamem_numbers *numbers, void *thing);

static inline uint64_t panamem_mix(uint64_t hash, uint64_t word) {
  hash = (hash ^ word) * 0x9E3779B97F4A7C15u;
  return hash ^ hash >> 29;
}

static inline uint32_t panamem_chain_of(uint64_t hash) {
  return (uint32_t)(hash >> 32) & (PANAMEM_CHAINS - 1);
}

#endif
