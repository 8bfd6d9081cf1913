/* SPDX-License-Identifier: Apache-2.0
 *
 * The cache maps instructions to numbers: one word each, number and what is left of a hash of instruction and epoch, so that
 * no reader ever takes one thread's number for another's instruction. A new epoch begins when a code object is freed.
 */
#include "trace_sites.h"

#include <stddef.h>
#include <string.h>

#include "aside.h"
#include "numbers.h"
#include "trace_map.h"

#define CACHE_WORDS (1u << 12)
#define NUMBER_BITS 21 /* what panamem_numbers can hold */
#define NUMBER_MASK ((1ull << NUMBER_BITS) - 1)

_Static_assert(PANAMEM_NUMBERS_PAGE * PANAMEM_NUMBERS_PAGES <= 1u << NUMBER_BITS, "numbers fit");

/* A site's frames are numbers of places, or one caller. */
struct site {
  struct site *next;
  uintptr_t caller;
  uint32_t number;
  uint32_t count;
  uint32_t places[];
};

static struct site *sites[PANAMEM_CHAINS];
static struct panamem_numbers site_numbers;
static uint32_t depth = 1;

/* Of one frame: in site_cache the number of its site, in place_cache that of its place. */
static uint64_t site_cache[CACHE_WORDS];
static uint64_t place_cache[CACHE_WORDS];
static uint64_t epoch;

/* ---- The caches -------------------------------------------------------------------------------------------------------- */

static inline uint64_t hash_of(uintptr_t instruction) {
  return panamem_mix(__atomic_load_n(&epoch, __ATOMIC_ACQUIRE) + 1, instruction);
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
  __atomic_add_fetch(&epoch, 1, __ATOMIC_ACQ_REL);
}

/* ---- Keeping --------------------------------------------------------------------------------------------------------- */

struct draft {
  uintptr_t caller;
  uint32_t count;
  uint32_t places[PANAMEM_PYTHON_FRAMES_MOST];
};

static uint32_t chain_of_draft(const struct draft *draft) {
  uint64_t hash = panamem_mix(draft->count + 1, draft->caller);
  for (uint32_t i = 0; i < draft->count; i++) {
    hash = panamem_mix(hash, draft->places[i]);
  }
  return panamem_chain_of(hash);
}

static uint32_t find_site(uint32_t chain, const struct draft *draft) {
  const struct site *site = __atomic_load_n(&sites[chain], __ATOMIC_ACQUIRE);
  while (site != NULL && (site->caller != draft->caller || site->count != draft->count ||
                          memcmp(site->places, draft->places, draft->count * sizeof draft->places[0]) != 0)) {
    site = site->next;
  }
  return site == NULL ? 0 : site->number;
}

/* Under the lock. */
static uint32_t keep_new_site(uint32_t chain, const struct draft *draft) {
  size_t bytes = draft->count * sizeof draft->places[0];
  struct site *site =
      panamem_numbers_are_used_up(&site_numbers) ? NULL : panamem_aside_allocate(sizeof *site + bytes);
  if (site == NULL) {
    return 0;
  }
  site->next = sites[chain];
  site->caller = draft->caller;
  site->count = draft->count;
  memcpy(site->places, draft->places, bytes);
  site->number = panamem_number_it(&site_numbers, site);
  if (site->number != 0) {
    __atomic_store_n(&sites[chain], site, __ATOMIC_RELEASE);
  }
  return site->number;
}

static uint32_t keep_site(const struct draft *draft) {
  uint32_t chain = chain_of_draft(draft);
  uint32_t number = find_site(chain, draft);
  if (number == 0 && panamem_aside_lock()) {
    number = find_site(chain, draft);
    if (number == 0) {
      number = keep_new_site(chain, draft);
    }
    panamem_aside_unlock();
  }
  return number;
}

/* ---- Where the calling thread is --------------------------------------------------------------------------------------- */

static uint32_t place_of(const struct panamem_python_frame *frame) {
  uint64_t hash = hash_of(frame->instruction);
  uint32_t number = cached(place_cache, hash);
  if (number == 0) {
    number = panamem_place_number(frame, panamem_traced_code(frame->code));
    cache_it(place_cache, hash, number);
  }
  return number;
}

static uint32_t site_of_frames(const struct panamem_python_frame *frames, uint32_t count) {
  struct draft draft = {0, count, {0}};
  for (uint32_t i = 0; i < count; i++) {
    draft.places[i] = place_of(&frames[i]);
  }
  return keep_site(&draft);
}

static uint32_t site_of_instruction(const struct panamem_python_frame *frame, uintptr_t caller) {
  uint64_t hash = hash_of(frame == NULL ? caller : frame->instruction);
  uint32_t number = cached(site_cache, hash);
  if (number == 0) {
    number = frame == NULL ? keep_site(&(struct draft){caller, 0, {0}}) : site_of_frames(frame, 1);
    cache_it(site_cache, hash, number);
  }
  return number;
}

uint32_t panamem_trace_site_here(uintptr_t caller) {
  struct panamem_python_frame frames[PANAMEM_PYTHON_FRAMES_MOST];
  uint32_t count = panamem_python_frames(frames, depth);
  return count > 1 ? site_of_frames(frames, count) : site_of_instruction(count == 0 ? NULL : frames, caller);
}

/* ---- Reading --------------------------------------------------------------------------------------------------------- */

bool panamem_trace_site_read(uint32_t number, struct panamem_trace_site *site) {
  const struct site *kept = panamem_numbered(&site_numbers, number);
  if (kept == NULL) {
    return false;
  }
  site->caller = kept->caller;
  site->count = kept->count;
  for (uint32_t i = 0; i < kept->count; i++) {
    site->python[i] = panamem_place_read(kept->places[i]);
  }
  return true;
}

uint32_t panamem_trace_sites_count(void) {
  return __atomic_load_n(&site_numbers.count, __ATOMIC_ACQUIRE);
}

void panamem_trace_sites_prepare(uint32_t frames) {
  depth = frames;
  panamem_python_frames_prepare();
}
