/* SPDX-License-Identifier: Apache-2.0
 *
 * A site's frames are native addresses, then numbers of places. Equal sites are found by their hash (numbers.h).
 */
#include "sites.h"

#include <pthread.h>
#include <stddef.h>
#include <string.h>

#include "aside.h"
#include "cpython.h"
#include "history.h"
#include "numbers.h"
#include "options.h"

struct site {
  struct site *next;
  uint64_t thread;
  uint32_t number;
  uint16_t native_count;
  uint16_t python_count;
  uint64_t frames[]; /* native addresses, then numbers of places */
};

static struct site *sites[PANAMEM_CHAINS];
static struct panamem_numbers site_numbers;
static uint32_t requests; /* of sites, for sampling */
static uint32_t stack_rate = PANAMEM_STACK_RATE;
static int wholes_wanted;

/* ---- Keeping --------------------------------------------------------------------------------------------------------- */

/* A site that is not kept yet. */
struct draft {
  uint64_t thread;
  uint16_t native_count;
  uint16_t python_count;
  uint64_t frames[PANAMEM_UNWIND_MOST + PANAMEM_PYTHON_FRAMES_MOST];
};

static size_t frames_bytes(const struct draft *draft) {
  return ((size_t)draft->native_count + draft->python_count) * sizeof draft->frames[0];
}

static uint32_t chain_of_draft(const struct draft *draft) {
  uint64_t hash = panamem_mix(draft->native_count, draft->thread);
  for (size_t i = 0; i < (size_t)draft->native_count + draft->python_count; i++) {
    hash = panamem_mix(hash, draft->frames[i]);
  }
  return panamem_chain_of(hash);
}

static bool is_same(const struct site *site, const struct draft *draft) {
  return site->thread == draft->thread && site->native_count == draft->native_count &&
         site->python_count == draft->python_count && memcmp(site->frames, draft->frames, frames_bytes(draft)) == 0;
}

static uint32_t find_site(uint32_t chain, const struct draft *draft) {
  const struct site *site = __atomic_load_n(&sites[chain], __ATOMIC_ACQUIRE);
  while (site != NULL && !is_same(site, draft)) {
    site = site->next;
  }
  return site == NULL ? PANAMEM_SITE_UNKNOWN : site->number;
}

/* Under the lock. */
static uint32_t keep_new_site(uint32_t chain, const struct draft *draft) {
  struct site *site = panamem_numbers_are_used_up(&site_numbers)
                          ? NULL
                          : panamem_aside_allocate(sizeof *site + frames_bytes(draft));
  if (site == NULL) {
    return PANAMEM_SITE_UNKNOWN;
  }
  site->next = sites[chain];
  site->thread = draft->thread;
  site->native_count = draft->native_count;
  site->python_count = draft->python_count;
  memcpy(site->frames, draft->frames, frames_bytes(draft));
  site->number = panamem_number_it(&site_numbers, site);
  if (site->number != PANAMEM_SITE_UNKNOWN) {
    __atomic_store_n(&sites[chain], site, __ATOMIC_RELEASE);
  }
  return site->number;
}

static uint32_t keep_site(const struct draft *draft) {
  uint32_t chain = chain_of_draft(draft);
  uint32_t number = find_site(chain, draft);
  if (number != PANAMEM_SITE_UNKNOWN || !panamem_aside_lock()) {
    return number;
  }
  number = find_site(chain, draft);
  if (number == PANAMEM_SITE_UNKNOWN) {
    number = keep_new_site(chain, draft);
  }
  panamem_aside_unlock();
  return number;
}

/* ---- Where the calling thread is --------------------------------------------------------------------------------------- */

/* Every rate-th request unwinds; the others tell their caller, which costs nothing. */
static uint32_t native_depth(void) {
  uint32_t rate = stack_rate;
  bool unwinds = rate == 1 || __atomic_load_n(&wholes_wanted, __ATOMIC_RELAXED) > 0 ||
                 __atomic_add_fetch(&requests, 1, __ATOMIC_RELAXED) % rate == 0;
  return unwinds ? panamem_options.stack_depth : 1;
}

/* Where the frame has no serial, hooks know the block that its code object lies in. */
static uint32_t place_of(const struct panamem_python_frame *frame) {
  return panamem_place_number(frame, frame->serial != 0 ? frame->serial : panamem_history_serial(frame->code));
}

uint32_t panamem_site_here(uintptr_t caller) {
  if (panamem_options.stack_depth == 0) {
    return PANAMEM_SITE_UNKNOWN;
  }
  struct draft draft;
  struct panamem_python_frame frames[PANAMEM_PYTHON_FRAMES_MOST];
  uint32_t depth = native_depth();
  draft.thread = (uint64_t)pthread_self();
  draft.frames[0] = caller;
  draft.native_count = (uint16_t)(depth == 1 ? 1 : panamem_unwind(caller, draft.frames, depth));
  draft.python_count = (uint16_t)panamem_python_frames(frames, panamem_options.stack_depth);
  for (uint32_t i = 0; i < draft.python_count; i++) {
    draft.frames[draft.native_count + i] = place_of(&frames[i]);
  }
  return keep_site(&draft);
}

uint32_t panamem_site_of(uintptr_t caller, const uint32_t *places, uint32_t count) {
  struct draft draft;
  draft.thread = 0;
  draft.native_count = caller == 0 ? 0 : 1;
  draft.python_count = (uint16_t)count;
  draft.frames[0] = caller;
  for (uint32_t i = 0; i < count; i++) {
    draft.frames[draft.native_count + i] = places[i];
  }
  return keep_site(&draft);
}

static void read_places(struct panamem_site *site, const uint64_t *numbers) {
  for (uint32_t i = 0; i < site->python_count; i++) {
    site->python[i] = panamem_place_read((uint32_t)numbers[i]);
  }
}

void panamem_site_in_full(uintptr_t caller, struct panamem_site *site) {
  struct panamem_python_frame frames[PANAMEM_PYTHON_FRAMES_MOST];
  uint64_t numbers[PANAMEM_PYTHON_FRAMES_MOST];
  site->thread = (uint64_t)pthread_self();
  site->native_count = panamem_unwind(caller, site->native, PANAMEM_UNWIND_MOST);
  site->python_count = panamem_python_frames(frames, PANAMEM_PYTHON_FRAMES_MOST);
  for (uint32_t i = 0; i < site->python_count; i++) {
    numbers[i] = place_of(&frames[i]);
  }
  read_places(site, numbers);
}

bool panamem_site_read(uint32_t number, struct panamem_site *site) {
  const struct site *kept = panamem_numbered(&site_numbers, number);
  if (kept == NULL) {
    return false;
  }
  site->thread = kept->thread;
  site->native_count = kept->native_count;
  site->python_count = kept->python_count;
  memcpy(site->native, kept->frames, kept->native_count * sizeof kept->frames[0]);
  read_places(site, kept->frames + kept->native_count);
  return true;
}

void panamem_sites_whole(bool wanted) {
  __atomic_add_fetch(&wholes_wanted, wanted ? 1 : -1, __ATOMIC_ACQ_REL);
}

uint64_t panamem_site_key(uint32_t number, uint32_t native_depth) {
  const struct site *site = panamem_numbered(&site_numbers, number);
  if (site == NULL) {
    return 0;
  }
  uint32_t depth = site->native_count < native_depth ? site->native_count : native_depth;
  uint64_t hash = panamem_mix(depth, site->python_count);
  for (uint32_t i = 0; i < depth; i++) {
    hash = panamem_mix(hash, site->frames[i]);
  }
  for (uint32_t i = 0; i < site->python_count; i++) {
    hash = panamem_mix(hash, site->frames[site->native_count + i]);
  }
  return hash;
}

uint32_t panamem_sites_count(void) {
  return __atomic_load_n(&site_numbers.count, __ATOMIC_ACQUIRE);
}

/* Where no rate was said: Python frames tell most of it, and without them a fast unwinder costs little. */
static uint32_t default_rate(void) {
  bool has_python = panamem_cpython()->version != 0;
  return panamem_unwind_is_fast() && !has_python ? 1 : PANAMEM_STACK_RATE;
}

void panamem_sites_prepare(void) {
  panamem_python_frames_prepare();
  if (panamem_options.stack_depth > 0) {
    panamem_unwind_prepare();
  }
  stack_rate = panamem_options.stack_rate == 0 ? default_rate() : panamem_options.stack_rate;
}
