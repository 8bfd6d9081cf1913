/* SPDX-License-Identifier: Apache-2.0
 *
 * Proves the equations of abi.h over the whole heap, for tests; other threads are at rest.
 *
 * It shares no code with what it checks: sizes, classes and sums are computed here a second time.
 */
#ifndef PANAMEM_TESTS_HEAP_CHECK_H
#define PANAMEM_TESTS_HEAP_CHECK_H

#include <stdbool.h>
#include <stddef.h>

/* True when every equation holds; else false and a line in text. */
bool heap_check(char *text, size_t text_bytes);

#endif
