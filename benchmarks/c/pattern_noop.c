/* SPDX-License-Identifier: Apache-2.0
 *
 * Two no-op crossings per operation: the floor under which a malloc and a free that both cross cannot go.
 */
#include "workload.h"

#include <stdio.h>
#include <stdlib.h>

static void *create(const struct workload *workload) {
  if (workload->allocator.ping == NULL) {
    fputs("panamem-bench: the noop pattern needs --allocator table with Java ready\n", stderr);
    exit(1);
  }
  struct workload *state = workload_scratch(sizeof *state);
  *state = *workload;
  return state;
}

static void run(void *state, unsigned thread_index, uint64_t operations) {
  (void)thread_index;
  int64_t (*ping)(int64_t) = ((const struct workload *)state)->allocator.ping;
  for (uint64_t i = 0; i < operations; i++) {
    ping(1);
    ping(1);
  }
}

const struct pattern pattern_noop = {
    .name = "noop", .threads_per_operation = 1, .least_live_count = 1, .create = create, .run = run};
