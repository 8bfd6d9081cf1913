/* SPDX-License-Identifier: Apache-2.0
 *
 * One mapping with room for all sites that there can be.
 */
#include "trace_counts.h"

#include <stddef.h>

#include "aside.h"
#include "trace_map.h"

struct panamem_counters *panamem_counters;
_Thread_local enum panamem_standing panamem_standing;

bool panamem_counters_map(void) {
  static void *reserved;
  struct panamem_counters *counters = panamem_aside_reserve(&reserved, sizeof *counters << PANAMEM_TRACED_SITE_BITS);
  __atomic_store_n(&panamem_counters, counters, __ATOMIC_RELEASE);
  return counters != NULL;
}

static bool is_first(void) {
  static bool has_first;
  if (panamem_standing == PANAMEM_STANDING_UNKNOWN) {
    bool is_other = __atomic_exchange_n(&has_first, true, __ATOMIC_RELAXED);
    panamem_standing = is_other ? PANAMEM_STANDING_OTHER : PANAMEM_STANDING_FIRST;
  }
  return panamem_standing == PANAMEM_STANDING_FIRST;
}

static void add(uint64_t *counter, uint64_t amount, bool alone) {
  if (alone) {
    panamem_count_add_alone(counter, amount);
  } else {
    __atomic_add_fetch(counter, amount, __ATOMIC_RELAXED);
  }
}

/* Of whom there may be several at the same time. */
static void raise_peak(struct panamem_counters *counters) {
  uint64_t live = panamem_live_bytes(counters);
  uint64_t peak = panamem_count_get(&counters->peak_bytes);
  while ((int64_t)live > (int64_t)peak &&
         !__atomic_compare_exchange_n(&counters->peak_bytes, &peak, live, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
  }
}

static struct panamem_share *own_share(struct panamem_counters *counters, bool alone) {
  return alone ? &counters->first : &counters->others;
}

void panamem_count_in_shared(uint32_t site, uint64_t bytes) {
  bool alone = is_first();
  struct panamem_share *share = own_share(&panamem_counters[site], alone);
  add(&share->total_blocks, 1, alone);
  add(&share->live_bytes, bytes, alone);
}

void panamem_count_out_shared(uint32_t site, uint64_t bytes) {
  bool alone = is_first();
  struct panamem_share *share = own_share(&panamem_counters[site], alone);
  raise_peak(&panamem_counters[site]);
  add(&share->freed_blocks, 1, alone);
  add(&share->live_bytes, -bytes, alone);
}

void panamem_count_back(uint32_t site, uint64_t bytes) {
  bool alone = is_first();
  struct panamem_share *share = own_share(&panamem_counters[site], alone);
  add(&share->total_blocks, -1ull, alone);
  add(&share->live_bytes, -bytes, alone);
}
