/* SPDX-License-Identifier: Apache-2.0
 *
 * Stands in for native/start.c: the heap is the test's, and Java is never asked for.
 */
#ifndef PANAMEM_TESTS_FAKE_START_H
#define PANAMEM_TESTS_FAKE_START_H

#include <stdbool.h>

/* Behave as if the range could not be reserved. */
extern bool fake_start_refuses;

#endif
