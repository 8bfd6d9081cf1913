/* SPDX-License-Identifier: Apache-2.0
 *
 * A block is forgotten before it is freed, because its address may be another thread's before free returns; and before a
 * realloc, after which it is remembered again, where it was or elsewhere.
 */
#include "trace.h"

#include <stdlib.h>

#include "../include/panamem/abi.h"
#include "aside.h"
#include "numbers.h"
#include "options.h"
#include "trace_map.h"
#include "trace_sites.h"

/* One wrapped row; the ctx of the row that panamem_trace_wrap answers. Never freed: a saved row may name it. */
struct tracer {
  PyMemAllocatorEx inner;
};

/* What some threads have added to a site. */
struct share {
  uint64_t live_bytes; /* may be below 0: others freed what these allocated, or the other way round */
  uint64_t total_blocks;
  uint64_t freed_blocks;
};

/* The first thread that traces counts by plain additions, because it alone writes its share; that is the whole of most
 * Pythons. The others have a share together. */
struct counters {
  struct share first;
  struct share others;
  uint64_t peak_bytes;
  uint64_t pad;
};

enum standing { UNKNOWN, FIRST, OTHER };

static struct counters *pages[PANAMEM_NUMBERS_PAGES]; /* as those of struct panamem_numbers */
static uint64_t lost;
static uint32_t runs;
static uint32_t rate = 1;
static bool has_first;
static _Thread_local enum standing standing;
static _Thread_local uint32_t untraced; /* blocks since the last one that was */

/* ---- Counting -------------------------------------------------------------------------------------------------------- */

static struct counters *make_counters(uint32_t site) {
  struct counters **page = &pages[(site - 1) / PANAMEM_NUMBERS_PAGE];
  if (!panamem_aside_lock()) {
    return NULL;
  }
  if (*page == NULL) {
    __atomic_store_n(page, panamem_aside_allocate(PANAMEM_NUMBERS_PAGE * sizeof(struct counters)), __ATOMIC_RELEASE);
  }
  panamem_aside_unlock();
  return *page == NULL ? NULL : *page + (site - 1) % PANAMEM_NUMBERS_PAGE;
}

static inline struct counters *counters_of(uint32_t site) {
  struct counters *page = __atomic_load_n(&pages[(site - 1) / PANAMEM_NUMBERS_PAGE], __ATOMIC_ACQUIRE);
  return page == NULL ? NULL : page + (site - 1) % PANAMEM_NUMBERS_PAGE;
}

static inline bool is_first(void) {
  if (__builtin_expect(standing == UNKNOWN, 0)) {
    standing = __atomic_exchange_n(&has_first, true, __ATOMIC_RELAXED) ? OTHER : FIRST;
  }
  return standing == FIRST;
}

static inline uint64_t get(const uint64_t *counter) {
  return __atomic_load_n(counter, __ATOMIC_RELAXED);
}

static inline void add(uint64_t *counter, uint64_t amount, bool alone) {
  if (alone) {
    __atomic_store_n(counter, get(counter) + amount, __ATOMIC_RELAXED);
  } else {
    __atomic_add_fetch(counter, amount, __ATOMIC_RELAXED);
  }
}

static inline uint64_t live_bytes(const struct counters *counters) {
  return get(&counters->first.live_bytes) + get(&counters->others.live_bytes);
}

static inline void raise_peak(struct counters *counters) {
  uint64_t live = live_bytes(counters);
  uint64_t peak = get(&counters->peak_bytes);
  while (live > peak && (int64_t)live > 0 &&
         !__atomic_compare_exchange_n(&counters->peak_bytes, &peak, live, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
  }
}

static inline bool count_in(uint32_t site, uint64_t bytes) {
  struct counters *counters = site == 0 ? NULL : counters_of(site);
  if (__builtin_expect(counters == NULL, 0) && (site == 0 || (counters = make_counters(site)) == NULL)) {
    return false;
  }
  bool alone = is_first();
  struct share *share = alone ? &counters->first : &counters->others;
  add(&share->total_blocks, 1, alone);
  add(&share->live_bytes, bytes, alone);
  raise_peak(counters);
  return true;
}

static inline void count_out(uint32_t site, uint64_t bytes) {
  struct counters *counters = counters_of(site);
  bool alone = is_first();
  struct share *share = alone ? &counters->first : &counters->others;
  add(&share->freed_blocks, 1, alone);
  add(&share->live_bytes, -bytes, alone);
}

static inline bool is_due(void) {
  if (rate == 1) {
    return true;
  }
  bool due = ++untraced >= rate;
  untraced = due ? 0 : untraced;
  return due;
}

/* It was counted by a row below this one, whose block it is as well: `pymalloc` takes its large blocks from the raw domain. */
static __attribute__((noinline)) void count_back(uint64_t word) {
  struct counters *counters = counters_of(panamem_traced_site(word));
  bool alone = is_first();
  struct share *share = alone ? &counters->first : &counters->others;
  add(&share->total_blocks, -1ull, alone);
  add(&share->live_bytes, -panamem_traced_bytes(word), alone);
}

static inline void remember_at(void *block, uint64_t bytes, uint32_t site) {
  uint64_t counted = bytes < PANAMEM_TRACED_MOST_BYTES ? bytes : PANAMEM_TRACED_MOST_BYTES;
  uint64_t before;
  if (site == 0 || !panamem_traced_put(block, site, counted, &before)) {
    add(&lost, 1, false);
    return;
  }
  if (__builtin_expect(panamem_traced_site(before) != 0, 0)) {
    count_back(before);
  }
  if (!count_in(site, counted)) {
    panamem_traced_take(block);
    add(&lost, 1, false);
  }
}

static inline void *remember(void *block, uint64_t bytes, uintptr_t caller) {
  if (block != NULL && is_due()) {
    remember_at(block, bytes, panamem_trace_site_here(caller));
  }
  return block;
}

static __attribute__((noinline)) void forget_code(const void *code) {
  panamem_traced_forget_code(code);
  panamem_trace_sites_forget_code();
}

/* The word of a traced block, or 0. */
static inline uint64_t forget(const void *block) {
  uint64_t word = panamem_traced_take(block);
  if (__builtin_expect((word & PANAMEM_TRACED_CODE) != 0, 0)) {
    forget_code(block);
  }
  uint32_t site = panamem_traced_site(word);
  if (site == 0) {
    return 0;
  }
  count_out(site, panamem_traced_bytes(word));
  return word;
}

/* ---- The functions of the row ---------------------------------------------------------------------------------------- */

/* What the program's call returns to: PyMem_Malloc and its siblings jump here. */
#define CALLER ((uintptr_t)__builtin_return_address(0))

static void *trace_malloc(void *ctx, size_t size) {
  const PyMemAllocatorEx *inner = &((struct tracer *)ctx)->inner;
  return remember(inner->malloc(inner->ctx, size), size, CALLER);
}

static void *trace_calloc(void *ctx, size_t nelem, size_t elsize) {
  const PyMemAllocatorEx *inner = &((struct tracer *)ctx)->inner;
  return remember(inner->calloc(inner->ctx, nelem, elsize), nelem * elsize, CALLER);
}

static void *trace_realloc(void *ctx, void *ptr, size_t new_size) {
  const PyMemAllocatorEx *inner = &((struct tracer *)ctx)->inner;
  uint64_t word = ptr == NULL ? 0 : forget(ptr);
  void *block = inner->realloc(inner->ctx, ptr, new_size);
  if (block == NULL && word != 0) {
    remember_at(ptr, panamem_traced_bytes(word), panamem_traced_site(word)); /* it lives on; one more in total */
  } else if (word != 0) {
    remember_at(block, new_size, panamem_trace_site_here(CALLER));
  } else if (ptr == NULL) {
    remember(block, new_size, CALLER);
  }
  return block;
}

static void trace_free(void *ctx, void *ptr) {
  const PyMemAllocatorEx *inner = &((struct tracer *)ctx)->inner;
  if (ptr != NULL) {
    forget(ptr);
  }
  inner->free(inner->ctx, ptr);
}

/* libc's malloc, because a row for the domains must not come from them. */
void panamem_trace_wrap(PyMemAllocatorDomain domain, const PyMemAllocatorEx *inner, PyMemAllocatorEx *row) {
  static struct tracer *tracers[PANAMEM_DOMAINS];
  struct tracer *tracer = tracers[domain];
  if (tracer == NULL) {
    tracer = tracers[domain] = malloc(sizeof *tracer);
  }
  if (tracer == NULL) {
    *row = *inner;
    return;
  }
  tracer->inner = *inner;
  rate = panamem_options.trace_rate;
  panamem_traced_map.is_sparse = rate > 1;
  panamem_trace_sites_prepare(panamem_options.trace_depth);
  __atomic_store_n(&runs, 1, __ATOMIC_RELEASE);
  *row = (PyMemAllocatorEx){tracer, trace_malloc, trace_calloc, trace_realloc, trace_free};
}

/* ---- Reading --------------------------------------------------------------------------------------------------------- */

bool panamem_trace_runs(void) {
  return __atomic_load_n(&runs, __ATOMIC_ACQUIRE) != 0;
}

/* Freed blocks are read first: they were counted in before. */
struct panamem_tally panamem_trace_tally(uint32_t site) {
  const struct counters *counters = site == 0 ? NULL : counters_of(site);
  if (counters == NULL) {
    return (struct panamem_tally){0, 0, 0, 0};
  }
  uint64_t freed = get(&counters->first.freed_blocks) + get(&counters->others.freed_blocks);
  uint64_t total = get(&counters->first.total_blocks) + get(&counters->others.total_blocks);
  return (struct panamem_tally){
      .live_blocks = (total - freed) * rate,
      .live_bytes = live_bytes(counters) * rate,
      .peak_bytes = get(&counters->peak_bytes) * rate,
      .total_blocks = total * rate,
  };
}

uint64_t panamem_trace_lost(void) {
  return get(&lost);
}

/* ---- Blocks from elsewhere ------------------------------------------------------------------------------------------- */

struct elsewhere {
  struct elsewhere *next;
  uintptr_t address;
  uint64_t bytes;
  unsigned domain;
  uint32_t site;
};

static struct elsewhere *elsewhere[PANAMEM_CHAINS];
static struct elsewhere *unused;

static struct elsewhere **find(unsigned domain, uintptr_t address) {
  struct elsewhere **link = &elsewhere[panamem_chain_of(panamem_mix(domain + 1, address))];
  while (*link != NULL && ((*link)->address != address || (*link)->domain != domain)) {
    link = &(*link)->next;
  }
  return link;
}

static struct elsewhere *make_elsewhere(void) {
  struct elsewhere *made = unused != NULL ? unused : panamem_aside_allocate(sizeof *made);
  if (made != NULL && made == unused) {
    unused = made->next;
  }
  return made;
}

/* Under the lock: like the raw row, callers need not hold the GIL. A block that is known already has moved to this site. */
bool panamem_trace_track(unsigned domain, uintptr_t address, uint64_t bytes, uintptr_t caller) {
  uint32_t site = panamem_trace_site_here(caller);
  panamem_trace_untrack(domain, address);
  if (!count_in(site, bytes)) {
    return false;
  }
  struct elsewhere *made = NULL;
  if (panamem_aside_lock()) {
    made = make_elsewhere();
    if (made != NULL) {
      struct elsewhere **end = find(domain, address);
      *made = (struct elsewhere){*end, address, bytes, domain, site};
      *end = made;
    }
    panamem_aside_unlock();
  }
  if (made == NULL) {
    count_out(site, bytes);
  }
  return made != NULL;
}

void panamem_trace_untrack(unsigned domain, uintptr_t address) {
  if (!panamem_aside_lock()) {
    return;
  }
  struct elsewhere **link = find(domain, address);
  struct elsewhere *known = *link;
  if (known != NULL) {
    *link = known->next;
    count_out(known->site, known->bytes);
    known->next = unused;
    unused = known;
  }
  panamem_aside_unlock();
}
