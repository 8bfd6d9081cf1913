/* SPDX-License-Identifier: Apache-2.0
 *
 * A block is forgotten before it is freed, because its address may be another thread's before free returns; and before a
 * realloc, after which it is remembered again, where it was or elsewhere.
 */
#include "trace.h"

#include <stdlib.h>

#include "../include/panamem/abi.h"
#include "aside.h"
#include "fast_path.h"
#include "numbers.h"
#include "options.h"
#include "trace_counts.h"
#include "trace_map.h"
#include "trace_sites.h"

/* One wrapped row; the ctx of the row that panamem_trace_wrap answers. Never freed: a saved row may name it. */
struct tracer {
  PyMemAllocatorEx inner;
};

static uint64_t lost;
static uint32_t runs;
static uint32_t rate = 1;
static _Thread_local uint32_t requests_left; /* to the next one that is traced; 0 before a thread's first */

/* ---- Remembering ----------------------------------------------------------------------------------------------------- */

static NOINLINE bool is_due_rare(void) {
  bool due = requests_left == 1;
  requests_left = requests_left == 0 ? rate - 1 : rate;
  return due;
}

/* One request of rate. */
static INLINE bool is_due(void) {
  if (LIKELY(requests_left > 1)) {
    requests_left--;
    return false;
  }
  return is_due_rare();
}

/* It may have been counted by a row below this one, whose block it is as well: `pymalloc` takes its large blocks from the raw
 * domain. */
static NOINLINE void remember(void *block, uint64_t bytes, uint32_t site) {
  struct panamem_traced before;
  if (site == 0 || !panamem_traced_put(block, site, bytes, &before)) {
    __atomic_add_fetch(&lost, 1, __ATOMIC_RELAXED);
    return;
  }
  if (before.site != 0) {
    panamem_count_back(before.site, before.bytes);
  }
  panamem_count_in(site, bytes);
}

/* What was known of a traced block; site 0 when it is none. */
static NOINLINE struct panamem_traced forget(const void *block) {
  struct panamem_traced traced = panamem_traced_take(block);
  if (traced.is_code) {
    panamem_traced_forget_code(block);
    panamem_trace_sites_forget_code();
  }
  if (traced.site != 0) {
    panamem_count_out(traced.site, traced.bytes);
  }
  return traced;
}

/* The same in a map that is not sparse. */
static INLINE void *remember_here(void *block, uint64_t bytes, uintptr_t caller) {
  if (UNLIKELY(block == NULL)) {
    return NULL;
  }
  uint32_t site = panamem_trace_site_here(caller);
  if (LIKELY(site != 0 && panamem_traced_put_short(block, site, bytes))) {
    panamem_count_in(site, bytes);
  } else {
    remember(block, bytes, site);
  }
  return block;
}

/* ---- The functions of the row ---------------------------------------------------------------------------------------- */

/* What the program's call returns to: PyMem_Malloc and its siblings jump here. */
#define CALLER ((uintptr_t)__builtin_return_address(0))

#define INNER(ctx) (&((struct tracer *)(ctx))->inner)

static void *trace_malloc(void *ctx, size_t size) {
  return remember_here(INNER(ctx)->malloc(INNER(ctx)->ctx, size), size, CALLER);
}

static void *trace_calloc(void *ctx, size_t nelem, size_t elsize) {
  return remember_here(INNER(ctx)->calloc(INNER(ctx)->ctx, nelem, elsize), nelem * elsize, CALLER);
}

/* A block that is not traced stays so. */
static NOINLINE void *resize(void *ctx, void *ptr, size_t new_size, uintptr_t caller) {
  struct panamem_traced traced = forget(ptr);
  void *block = INNER(ctx)->realloc(INNER(ctx)->ctx, ptr, new_size);
  if (block == NULL && traced.site != 0) {
    remember(ptr, traced.bytes, traced.site); /* it lives on; one more in total */
  } else if (traced.site != 0) {
    remember(block, new_size, panamem_trace_site_here(caller));
  }
  return block;
}

static INLINE void *resize_short(void *ctx, void *ptr, size_t new_size, uintptr_t caller) {
  uint32_t site, bytes;
  if (!panamem_traced_take_short(ptr, &site, &bytes)) {
    return resize(ctx, ptr, new_size, caller);
  }
  panamem_count_out(site, bytes);
  void *block = INNER(ctx)->realloc(INNER(ctx)->ctx, ptr, new_size);
  if (UNLIKELY(block == NULL)) {
    remember(ptr, bytes, site);
  }
  return remember_here(block, new_size, caller);
}

static void *trace_realloc(void *ctx, void *ptr, size_t new_size) {
  if (LIKELY(ptr != NULL)) {
    return resize_short(ctx, ptr, new_size, CALLER);
  }
  return remember_here(INNER(ctx)->realloc(INNER(ctx)->ctx, NULL, new_size), new_size, CALLER);
}

static NOINLINE void forget_and_free(void *ctx, void *ptr) {
  forget(ptr);
  INNER(ctx)->free(INNER(ctx)->ctx, ptr);
}

static void trace_free(void *ctx, void *ptr) {
  uint32_t site, bytes;
  if (UNLIKELY(!panamem_traced_take_short(ptr, &site, &bytes))) {
    forget_and_free(ctx, ptr);
    return;
  }
  panamem_count_out(site, bytes);
  INNER(ctx)->free(INNER(ctx)->ctx, ptr);
}

/* ---- The functions of a row that traces one request of so many: the others are passed on at once ----------------------- */

static void *sample(void *block, size_t bytes, uintptr_t caller) {
  if (block != NULL) {
    remember(block, bytes, panamem_trace_site_here(caller));
  }
  return block;
}

static void *sample_malloc(void *ctx, size_t size) {
  if (LIKELY(!is_due())) {
    return INNER(ctx)->malloc(INNER(ctx)->ctx, size);
  }
  return sample(INNER(ctx)->malloc(INNER(ctx)->ctx, size), size, CALLER);
}

static void *sample_calloc(void *ctx, size_t nelem, size_t elsize) {
  if (LIKELY(!is_due())) {
    return INNER(ctx)->calloc(INNER(ctx)->ctx, nelem, elsize);
  }
  return sample(INNER(ctx)->calloc(INNER(ctx)->ctx, nelem, elsize), nelem * elsize, CALLER);
}

static void *sample_realloc(void *ctx, void *ptr, size_t new_size) {
  if (ptr == NULL && is_due()) {
    return sample(INNER(ctx)->realloc(INNER(ctx)->ctx, NULL, new_size), new_size, CALLER);
  }
  if (UNLIKELY(panamem_traced_has_bit(ptr))) {
    return resize(ctx, ptr, new_size, CALLER);
  }
  return INNER(ctx)->realloc(INNER(ctx)->ctx, ptr, new_size);
}

static void sample_free(void *ctx, void *ptr) {
  if (UNLIKELY(panamem_traced_has_bit(ptr))) {
    forget_and_free(ctx, ptr);
    return;
  }
  INNER(ctx)->free(INNER(ctx)->ctx, ptr);
}

static bool make_tables(void) {
  return panamem_counters_map() && panamem_traced_open();
}

/* libc's malloc, because a row for the domains must not come from them. */
void panamem_trace_wrap(PyMemAllocatorDomain domain, const PyMemAllocatorEx *inner, PyMemAllocatorEx *row) {
  static struct tracer *tracers[PANAMEM_DOMAINS];
  struct tracer *tracer = tracers[domain];
  if (tracer == NULL) {
    tracer = tracers[domain] = malloc(sizeof *tracer);
  }
  if (tracer == NULL || !make_tables()) {
    *row = *inner;
    return;
  }
  tracer->inner = *inner;
  rate = panamem_options.trace_rate;
  panamem_traced_map.is_sparse = rate > 1;
  panamem_trace_sites_prepare(panamem_options.trace_depth);
  __atomic_store_n(&runs, 1, __ATOMIC_RELEASE);
  *row = rate == 1 ? (PyMemAllocatorEx){tracer, trace_malloc, trace_calloc, trace_realloc, trace_free}
                   : (PyMemAllocatorEx){tracer, sample_malloc, sample_calloc, sample_realloc, sample_free};
}

/* ---- Reading --------------------------------------------------------------------------------------------------------- */

bool panamem_trace_runs(void) {
  return __atomic_load_n(&runs, __ATOMIC_ACQUIRE) != 0;
}

/* Freed blocks are read first: they were counted in before. */
struct panamem_tally panamem_trace_tally(uint32_t site) {
  const struct panamem_counters *counters = &panamem_counters[site];
  if (panamem_counters == NULL || site >> PANAMEM_TRACED_SITE_BITS != 0) {
    return (struct panamem_tally){0, 0, 0, 0};
  }
  uint64_t freed = panamem_count_get(&counters->first.freed_blocks) + panamem_count_get(&counters->others.freed_blocks);
  uint64_t total = panamem_count_get(&counters->first.total_blocks) + panamem_count_get(&counters->others.total_blocks);
  return (struct panamem_tally){
      .live_blocks = (total - freed) * rate,
      .live_bytes = panamem_live_bytes(counters) * rate,
      .peak_bytes = panamem_peak_bytes(counters) * rate,
      .total_blocks = total * rate,
  };
}

uint64_t panamem_trace_lost(void) {
  return __atomic_load_n(&lost, __ATOMIC_RELAXED);
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
  uint32_t site = make_tables() ? panamem_trace_site_here(caller) : 0;
  panamem_trace_untrack(domain, address);
  if (site == 0 || !panamem_aside_lock()) {
    return false;
  }
  struct elsewhere *made = make_elsewhere();
  if (made != NULL) {
    struct elsewhere **end = find(domain, address);
    *made = (struct elsewhere){*end, address, bytes, domain, site};
    *end = made;
    panamem_count_in(site, bytes);
  }
  panamem_aside_unlock();
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
    panamem_count_out(known->site, known->bytes);
    known->next = unused;
    unused = known;
  }
  panamem_aside_unlock();
}
