/* SPDX-License-Identifier: Apache-2.0
 *
 * A CPython beside the library, as symbol mode finds one: a table of its own, and the functions that change it.
 */
#ifndef PANAMEM_NATIVE_TESTS_FAKE_CPYTHON_H
#define PANAMEM_NATIVE_TESTS_FAKE_CPYTHON_H

#include "../domain.h"
#include "../shadowed.h"

struct fake_cpython {
  PyMemAllocatorEx table[PANAMEM_DOMAINS];
  PyObjectArenaAllocator arena_allocator;
};
extern struct fake_cpython fake_cpython;

/* Its functions. */
extern const struct panamem_shadowed fake_cpython_functions;

/* One of its own rows. */
PyMemAllocatorEx fake_cpython_row(void);

/* What pre-initialisation does from 3.13 on: all rows are its own, of the name that _PyMem_GetCurrentAllocatorName tells. */
void fake_cpython_chooses(const char *name);

#endif
