/* SPDX-License-Identifier: Apache-2.0
 *
 * Clocks and peak memory, read from the kernel.
 */
#include "usage.h"

#include <stdio.h>
#include <time.h>

static int64_t clock_ns(clockid_t clock) {
  struct timespec now;
  clock_gettime(clock, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int64_t usage_wall_ns(void) {
  return clock_ns(CLOCK_MONOTONIC);
}

int64_t usage_thread_ns(void) {
  return clock_ns(CLOCK_THREAD_CPUTIME_ID);
}

int64_t usage_cpu_ns(void) {
  return clock_ns(CLOCK_PROCESS_CPUTIME_ID);
}

int64_t usage_peak_rss_kib(void) {
  long peak_rss_kib = 0;
  FILE *status = fopen("/proc/self/status", "r");
  if (status == NULL) {
    return 0;
  }
  char line[256];
  while (fgets(line, sizeof line, status) != NULL && sscanf(line, "VmHWM: %ld", &peak_rss_kib) != 1) {
  }
  fclose(status);
  return peak_rss_kib;
}
