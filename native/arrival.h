/* SPDX-License-Identifier: Apache-2.0
 *
 * How Java came: what the two cores' boots have in common.
 */
#ifndef PANAMEM_NATIVE_ARRIVAL_H
#define PANAMEM_NATIVE_ARRIVAL_H

#include <stdint.h>

/* Why Java does not serve ("" as long as it may), how long it took until it did, and the CPU time of the process meanwhile
 * (0 before that). */
struct panamem_arrival {
  char error[512];
  uint64_t ready_nanos;
  uint64_t cpu_nanos;
};
extern struct panamem_arrival panamem_arrival;

/* A boot begins; one of the next two ends it. All three are called by the thread that boots, except that a JVM which gives
 * up may fail on any of its own. */
void panamem_arrival_begin(void);

/* Java serves from now on: who says so is "Java" or the like. */
void panamem_arrival_succeed(const char *who);

/* The fallback serves, for the reason that stands in error. */
void panamem_arrival_fail(void);

#endif
