/* SPDX-License-Identifier: Apache-2.0
 *
 * Which requests for memory are to be refused, in words: "3", "3-5:mem", "1:site=words.so+0x11d3:test"
 * (include/panamem/testing.h).
 */
#ifndef PANAMEM_NATIVE_FAIL_PLAN_H
#define PANAMEM_NATIVE_FAIL_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PANAMEM_FAIL_PLAN_BYTES 256

struct panamem_fail_filter {
  bool has_domain;
  bool has_size;
  int domain;
  uint64_t size;
  char site[PANAMEM_FAIL_PLAN_BYTES]; /* "": any */
};

struct panamem_fail_plan {
  uint64_t first; /* of the requests that the filter lets through, counted from 1; 0: no plan */
  uint64_t last;
  struct panamem_fail_filter filter;
  bool counts_rows; /* what a row asks another domain for counts as well, as with CPython's set_nomemory */
  bool waits_for_test;
  char text[PANAMEM_FAIL_PLAN_BYTES]; /* as it was written */
};

/* Reads a plan; false with one line in error that names what is wrong and what is allowed. */
bool panamem_fail_plan_parse(const char *text, struct panamem_fail_plan *plan, char *error, size_t error_bytes);

/* The same of what stands behind the numbers, without its first colon; NULL and "" let everything through. */
bool panamem_fail_filter_parse(const char *text, struct panamem_fail_filter *filter, char *error, size_t error_bytes);

#endif
