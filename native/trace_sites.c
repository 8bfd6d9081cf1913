/* SPDX-License-Identifier: Apache-2.0
 *
 * The caches map instructions to numbers: one word each, number and what is left of a hash of instructions and epoch, so that
 * no reader ever takes one thread's number for another's instructions. A new epoch begins when a code object is freed.
 */
#include "trace_sites.h"

#include <stddef.h>

#include "fast_path.h"
#include "numbers.h"
#include "places.h"
#include "python_frames.h"
#include "sites.h"
#include "trace_map.h"

#define CACHE_WORDS (1u << 14)
#define NUMBER_BITS 21
#define NUMBER_MASK ((1ull << NUMBER_BITS) - 1)

/* Epochs differ in their high bits, in which all instructions' addresses are alike: hardly ever does an instruction of one have
 * the hash of another's. */
#define EPOCH_STEP 0x9E3779B97F4A7C15u

_Static_assert(NUMBER_BITS == PANAMEM_TRACED_SITE_BITS, "what is found fits into a block's word");

static uint32_t depth = 1;

/* In site_cache the number of a site of several frames, in place_cache that of one frame's place. */
static uint64_t site_cache[CACHE_WORDS];
static uint64_t place_cache[CACHE_WORDS];
static uint64_t epoch = EPOCH_STEP;

/* ---- The caches -------------------------------------------------------------------------------------------------------- */

static inline uint64_t hash_of(uintptr_t instruction) {
  return panamem_mix(__atomic_load_n(&epoch, __ATOMIC_ACQUIRE), instruction);
}

/* A serial grows where no epoch begins. */
static uint64_t hash_of_frame(const struct panamem_python_frame *frame) {
  uint64_t hash = hash_of(frame->instruction);
  return frame->serial == 0 ? hash : panamem_mix(hash, frame->serial);
}

static inline uint32_t cached(const uint64_t *cache, uint64_t hash) {
  uint64_t word = __atomic_load_n(&cache[hash % CACHE_WORDS], __ATOMIC_RELAXED);
  return (word ^ hash) >> NUMBER_BITS == 0 ? (uint32_t)(word & NUMBER_MASK) : 0;
}

static void cache_it(uint64_t *cache, uint64_t hash, uint32_t number) {
  uint64_t word = (hash & ~NUMBER_MASK) | number;
  __atomic_store_n(&cache[hash % CACHE_WORDS], word, __ATOMIC_RELAXED);
}

void panamem_trace_sites_forget_code(void) {
  __atomic_add_fetch(&epoch, EPOCH_STEP, __ATOMIC_ACQ_REL);
}

/* ---- Where the calling thread is --------------------------------------------------------------------------------------- */

static uint32_t place_of(const struct panamem_python_frame *frame) {
  uint64_t hash = hash_of_frame(frame);
  uint32_t number = cached(place_cache, hash);
  if (number == 0) {
    number = panamem_place_number(frame, frame->serial != 0 ? frame->serial : panamem_traced_code(frame->code));
    cache_it(place_cache, hash, number);
  }
  return number;
}

static uint32_t site_of_frames(const struct panamem_python_frame *frames, uint32_t count) {
  uint32_t places[PANAMEM_PYTHON_FRAMES_MOST];
  for (uint32_t i = 0; i < count; i++) {
    places[i] = place_of(&frames[i]);
  }
  return panamem_site_of(0, places, count);
}

static uint64_t hash_of_frames(const struct panamem_python_frame *frames, uint32_t count) {
  uint64_t hash = hash_of_frame(&frames[0]);
  for (uint32_t i = 1; i < count; i++) {
    hash = panamem_mix(hash, frames[i].instruction);
  }
  return hash;
}

static NOINLINE uint32_t site_of_stack(uintptr_t caller) {
  struct panamem_python_frame frames[PANAMEM_PYTHON_FRAMES_MOST];
  uint32_t count = panamem_python_frames(frames, depth);
  uint64_t hash = count == 0 ? hash_of(caller) : hash_of_frames(frames, count);
  uint32_t number = cached(site_cache, hash);
  if (number == 0) {
    number = count == 0 ? panamem_site_of(caller, NULL, 0) : site_of_frames(frames, count);
    number = number <= NUMBER_MASK ? number : 0; /* more cannot be told apart */
    cache_it(site_cache, hash, number);
  }
  return number;
}

/* One frame: an instruction that the cache knows is that of a function's frame. */
uint32_t panamem_trace_site_here(uintptr_t caller) {
  uintptr_t instruction = depth == 1 ? panamem_python_instruction() : 0;
  uint32_t number = instruction == 0 ? 0 : cached(site_cache, hash_of(instruction));
  return LIKELY(number != 0) ? number : site_of_stack(caller);
}

void panamem_trace_sites_prepare(uint32_t frames) {
  depth = frames;
  panamem_python_frames_prepare();
}
