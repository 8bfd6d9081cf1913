/* SPDX-License-Identifier: Apache-2.0
 *
 * What is counted for each site. The first thread that traces counts by plain additions, because it alone writes its share;
 * that is the whole of most Pythons. The others have a share together.
 */
#ifndef PANAMEM_NATIVE_TRACE_COUNTS_H
#define PANAMEM_NATIVE_TRACE_COUNTS_H

#include <stdbool.h>
#include <stdint.h>

#include "fast_path.h"

/* What some threads have added to a site. */
struct panamem_share {
  uint64_t live_bytes; /* may be below 0: others freed what these allocated, or the other way round */
  uint64_t total_blocks;
  uint64_t freed_blocks;
};

/* A line of the processor's cache. */
struct panamem_counters {
  struct panamem_share first;
  struct panamem_share others;
  uint64_t peak_bytes; /* until live bytes became fewer for the last time */
  uint64_t pad;
};

/* By sites; NULL before panamem_counters_map. The OS provides what is touched. */
extern struct panamem_counters *panamem_counters __attribute__((visibility("hidden")));

/* Makes them, once; false when the OS refuses. */
bool panamem_counters_map(void);

enum panamem_standing { PANAMEM_STANDING_UNKNOWN, PANAMEM_STANDING_FIRST, PANAMEM_STANDING_OTHER };
extern _Thread_local enum panamem_standing panamem_standing __attribute__((visibility("hidden")));

/* The same as count_in and count_out, for every thread. */
void panamem_count_in_shared(uint32_t site, uint64_t bytes);
void panamem_count_out_shared(uint32_t site, uint64_t bytes);

/* What was counted in was counted twice. */
void panamem_count_back(uint32_t site, uint64_t bytes);

static inline uint64_t panamem_count_get(const uint64_t *counter) {
  return __atomic_load_n(counter, __ATOMIC_RELAXED);
}

static inline void panamem_count_add_alone(uint64_t *counter, uint64_t amount) {
  __atomic_store_n(counter, panamem_count_get(counter) + amount, __ATOMIC_RELAXED);
}

static inline uint64_t panamem_live_bytes(const struct panamem_counters *counters) {
  return panamem_count_get(&counters->first.live_bytes) + panamem_count_get(&counters->others.live_bytes);
}

static inline uint64_t panamem_peak_bytes(const struct panamem_counters *counters) {
  uint64_t live = panamem_live_bytes(counters), peak = panamem_count_get(&counters->peak_bytes);
  return (int64_t)live > (int64_t)peak ? live : peak;
}

static inline void panamem_count_in(uint32_t site, uint64_t bytes) {
  struct panamem_counters *counters = &panamem_counters[site];
  if (UNLIKELY(panamem_standing != PANAMEM_STANDING_FIRST)) {
    panamem_count_in_shared(site, bytes);
    return;
  }
  panamem_count_add_alone(&counters->first.total_blocks, 1);
  panamem_count_add_alone(&counters->first.live_bytes, bytes);
}

/* Only here live bytes become fewer, so here a peak is noted. */
static inline void panamem_count_out(uint32_t site, uint64_t bytes) {
  struct panamem_counters *counters = &panamem_counters[site];
  bool is_peak = (int64_t)panamem_live_bytes(counters) > (int64_t)panamem_count_get(&counters->peak_bytes);
  if (UNLIKELY(is_peak || panamem_standing != PANAMEM_STANDING_FIRST)) {
    panamem_count_out_shared(site, bytes);
    return;
  }
  panamem_count_add_alone(&counters->first.freed_blocks, 1);
  panamem_count_add_alone(&counters->first.live_bytes, -bytes);
}

#endif
