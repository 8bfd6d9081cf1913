/* SPDX-License-Identifier: Apache-2.0
 *
 * Runs a pattern on its threads: warm-up, then the measured section between two barriers.
 */
#ifndef PANAMEM_BENCHMARKS_TEAM_H
#define PANAMEM_BENCHMARKS_TEAM_H

#include "allocator.h"
#include "workload.h"

struct measured {
  int64_t wall_ns; /* of the measured section */
  /* Of the pattern's threads in the measured section, summed; what JIT threads do meanwhile is not in it. Of the whole
   * process where the pattern starts threads of its own. */
  int64_t cpu_ns;
  struct allocator_facts before;
  struct allocator_facts after;
};

/* One thread means the calling one (it may hold a GIL). Ends the process when threads cannot be made. */
struct measured team_run(const struct pattern *pattern, const struct workload *workload, uint64_t warmup_operations,
                         uint64_t operations);

#endif
