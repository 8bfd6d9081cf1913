/* SPDX-License-Identifier: Apache-2.0 */
#include "arrival.h"

#include <stdio.h>
#include <time.h>

#include "entry.h"
#include "options.h"

struct panamem_arrival panamem_arrival;

static uint64_t began;
static uint64_t cpu_began;

static uint64_t nanos(clockid_t clock) {
  struct timespec now;
  clock_gettime(clock, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

void panamem_arrival_begin(void) {
  began = nanos(CLOCK_MONOTONIC);
  cpu_began = nanos(CLOCK_PROCESS_CPUTIME_ID);
}

void panamem_arrival_succeed(const char *who) {
  panamem_arrival.ready_nanos = nanos(CLOCK_MONOTONIC) - began;
  panamem_arrival.cpu_nanos = nanos(CLOCK_PROCESS_CPUTIME_ID) - cpu_began;
  panamem_state_set(PANAMEM_STATE_READY);
  if (panamem_options.verbose) {
    fprintf(stderr, "panamem: %s serves after %.1f ms\n", who, (double)panamem_arrival.ready_nanos / 1e6);
  }
}

void panamem_arrival_fail(void) {
  panamem_state_set(PANAMEM_STATE_FAILED);
  fprintf(stderr, "panamem: Java does not serve, the fallback does: %s\n", panamem_arrival.error);
}
