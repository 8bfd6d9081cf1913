/* SPDX-License-Identifier: Apache-2.0
 *
 * Clocks and peak memory of this process.
 */
#ifndef PANAMEM_BENCHMARKS_USAGE_H
#define PANAMEM_BENCHMARKS_USAGE_H

#include <stdint.h>

int64_t usage_wall_ns(void);
int64_t usage_thread_ns(void); /* user and system time of the calling thread */
int64_t usage_cpu_ns(void);    /* user and system time of all threads of the process, JIT threads included */

/* VmHWM. Not ru_maxrss: the kernel keeps that across exec, so it can be the peak of the program that started us. 0 when
 * unreadable. */
int64_t usage_peak_rss_kib(void);

#endif
