/* SPDX-License-Identifier: Apache-2.0
 *
 * A libpython of a few lines: CPython's allocation functions, and code that calls them.
 */
#ifndef PANAMEM_TESTS_SYMBOLS_PYTHON_H
#define PANAMEM_TESTS_SYMBOLS_PYTHON_H

#define EXPORT __attribute__((visibility("default")))

/* Calls all twelve functions and says on stdout whether one of its own was reached, and which allocator has the name. */
EXPORT void python_runs(void);

#endif
