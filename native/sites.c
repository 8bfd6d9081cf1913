/* SPDX-License-Identifier: Apache-2.0
 *
 * Three tables of what was seen: texts, places, sites. Each is an array of chains that are read without a lock; whoever finds
 * nothing takes the lock, looks once more and puts the new one in front.
 *
 * A place is known by its instruction's address and by the serial of the block that the code object lies in, because the
 * address of a code object that was freed is soon that of another.
 */
#include "sites.h"

#include <pthread.h>
#include <stddef.h>
#include <string.h>

#include "aside.h"
#include "cpython.h"
#include "history.h"
#include "options.h"

#define CHAINS (1u << 16)
#define PAGE_ENTRIES (1u << 12) /* of a table of numbers */
#define PAGES_MOST 512u         /* so at most two million sites, and as many places */

struct text {
  struct text *next;
  char chars[];
};

struct place {
  struct place *next;
  uintptr_t instruction;
  uint64_t code_serial;
  struct panamem_place place;
  uint32_t number;
};

struct site {
  struct site *next;
  uint64_t thread;
  uint32_t number;
  uint16_t native_count;
  uint16_t python_count;
  uint64_t frames[]; /* native addresses, then numbers of places */
};

static struct text *texts[CHAINS];
static struct place *places[CHAINS];
static struct site *sites[CHAINS];

/* From a number to what it stands for; the first is 1. */
struct numbers {
  void **pages[PAGES_MOST];
  uint32_t count;
};

static struct numbers place_numbers;
static struct numbers site_numbers;
static uint32_t requests; /* of sites, for sampling */
static uint32_t stack_rate = PANAMEM_STACK_RATE;

/* ---- Numbers; adding under the lock ----------------------------------------------------------------------------------- */

static void *thing_of(const struct numbers *numbers, uint32_t number) {
  if (number == 0 || number > __atomic_load_n(&numbers->count, __ATOMIC_ACQUIRE)) {
    return NULL;
  }
  return numbers->pages[(number - 1) / PAGE_ENTRIES][(number - 1) % PAGE_ENTRIES];
}

/* Its number, or 0 when no more are kept. */
static uint32_t number_it(struct numbers *numbers, void *thing) {
  uint32_t page = numbers->count / PAGE_ENTRIES;
  if (page == PAGES_MOST) {
    return 0;
  }
  if (numbers->pages[page] == NULL) {
    numbers->pages[page] = panamem_aside_allocate(PAGE_ENTRIES * sizeof(void *));
  }
  if (numbers->pages[page] == NULL) {
    return 0;
  }
  numbers->pages[page][numbers->count % PAGE_ENTRIES] = thing;
  __atomic_store_n(&numbers->count, numbers->count + 1, __ATOMIC_RELEASE);
  return numbers->count;
}

/* ---- Hashes ---------------------------------------------------------------------------------------------------------- */

static uint64_t mix(uint64_t hash, uint64_t word) {
  hash = (hash ^ word) * 0x9E3779B97F4A7C15u;
  return hash ^ hash >> 29;
}

static uint32_t chain_of(uint64_t hash) {
  return (uint32_t)(hash >> 32) & (CHAINS - 1);
}

/* ---- Texts: under the lock -------------------------------------------------------------------------------------------- */

static const char *keep_text(const char *chars) {
  uint64_t hash = 1;
  for (const char *c = chars; *c != '\0'; c++) {
    hash = mix(hash, (uint8_t)*c);
  }
  struct text **chain = &texts[chain_of(hash)];
  for (const struct text *text = *chain; text != NULL; text = text->next) {
    if (strcmp(text->chars, chars) == 0) {
      return text->chars;
    }
  }
  size_t bytes = strlen(chars) + 1;
  struct text *text = panamem_aside_allocate(sizeof *text + bytes);
  if (text == NULL) {
    return NULL;
  }
  memcpy(text->chars, chars, bytes);
  text->next = *chain;
  *chain = text;
  return text->chars;
}

/* ---- Places ---------------------------------------------------------------------------------------------------------- */

static uint32_t find_place(uint32_t chain, uintptr_t instruction, uint64_t code_serial) {
  const struct place *place = __atomic_load_n(&places[chain], __ATOMIC_ACQUIRE);
  while (place != NULL && (place->instruction != instruction || place->code_serial != code_serial)) {
    place = place->next;
  }
  return place == NULL ? 0 : place->number;
}

/* Under the lock. */
static uint32_t keep_place(uint32_t chain, uintptr_t instruction, uint64_t code_serial,
                           const struct panamem_python_place *read) {
  struct place *place = panamem_aside_allocate(sizeof *place);
  if (place == NULL) {
    return 0;
  }
  *place = (struct place){places[chain], instruction, code_serial,
                          {keep_text(read->file), keep_text(read->function), read->line}, 0};
  bool is_whole = place->place.file != NULL && place->place.function != NULL;
  place->number = is_whole ? number_it(&place_numbers, place) : 0;
  if (place->number != 0) {
    __atomic_store_n(&places[chain], place, __ATOMIC_RELEASE);
  }
  return place->number;
}

static uint32_t place_of(const struct panamem_python_frame *frame) {
  uint64_t code_serial = panamem_history_serial(frame->code);
  uint32_t chain = chain_of(mix(mix(2, frame->instruction), code_serial));
  uint32_t number = find_place(chain, frame->instruction, code_serial);
  if (number != 0) {
    return number;
  }
  struct panamem_python_place read;
  panamem_python_place(frame, &read);
  if (!panamem_aside_lock()) {
    return 0;
  }
  number = find_place(chain, frame->instruction, code_serial);
  if (number == 0) {
    number = keep_place(chain, frame->instruction, code_serial, &read);
  }
  panamem_aside_unlock();
  return number;
}

/* ---- Sites ----------------------------------------------------------------------------------------------------------- */

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
  uint64_t hash = mix(draft->native_count, draft->thread);
  for (size_t i = 0; i < (size_t)draft->native_count + draft->python_count; i++) {
    hash = mix(hash, draft->frames[i]);
  }
  return chain_of(hash);
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
  struct site *site = panamem_aside_allocate(sizeof *site + frames_bytes(draft));
  if (site == NULL) {
    return PANAMEM_SITE_UNKNOWN;
  }
  site->next = sites[chain];
  site->thread = draft->thread;
  site->native_count = draft->native_count;
  site->python_count = draft->python_count;
  memcpy(site->frames, draft->frames, frames_bytes(draft));
  site->number = number_it(&site_numbers, site);
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
  bool unwinds = rate == 1 || __atomic_add_fetch(&requests, 1, __ATOMIC_RELAXED) % rate == 0;
  return unwinds ? panamem_options.stack_depth : 1;
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

static void read_places(struct panamem_site *site, const uint64_t *numbers) {
  for (uint32_t i = 0; i < site->python_count; i++) {
    const struct place *place = thing_of(&place_numbers, (uint32_t)numbers[i]);
    site->python[i] = place == NULL ? (struct panamem_place){"?", "?", 0} : place->place;
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
  const struct site *kept = thing_of(&site_numbers, number);
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
