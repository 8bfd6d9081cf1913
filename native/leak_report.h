/* SPDX-License-Identifier: Apache-2.0
 *
 * The report of a leak test, as text for people or as one line of JSON.
 */
#ifndef PANAMEM_NATIVE_LEAK_REPORT_H
#define PANAMEM_NATIVE_LEAK_REPORT_H

#include <stdint.h>

#include "line_out.h"

/* Blocks of one native stack that one call has left. */
struct panamem_leak {
  int domain;
  uint32_t site;   /* of sites.h */
  uint64_t serial; /* of the first one's request */
  uint64_t blocks;
  uint64_t bytes;
};

/* All of them. */
struct panamem_leak_sum {
  uint64_t places;
  uint64_t blocks;
  uint64_t bytes;
  uint64_t settled; /* blocks of caches, of all calls */
  uint32_t calls;
};

/* The head, then each leak with its number from 0, then the end, which flushes out. */
void panamem_leak_report_begin(struct panamem_out *out, const struct panamem_leak_sum *sum);
void panamem_leak_report_add(struct panamem_out *out, const struct panamem_leak *leak, uint64_t number);
void panamem_leak_report_end(struct panamem_out *out, const struct panamem_leak_sum *sum);

#endif
