/* SPDX-License-Identifier: Apache-2.0
 *
 * Who serves in a test: cmocka's set-ups for cases that run with the fallback and with Java, and the rows to run them over.
 */
#ifndef PANAMEM_TESTS_SERVING_H
#define PANAMEM_TESTS_SERVING_H

#include "../../include/panamem/abi.h"

/* A fresh heap of 512 MiB that the fallback serves. */
int fallback_serves(void **state);

/* The same, served by the entries of fake_entries.h. */
int java_serves(void **state);

/* The ctx of each domain's row. */
#define FOR_EACH_DOMAIN(ctx) \
  for (void *ctx = NULL; (uintptr_t)ctx < PANAMEM_BINS; ctx = (char *)ctx + (1 << PANAMEM_BIN_SHIFT))

#endif
