/* SPDX-License-Identifier: Apache-2.0
 *
 * Why a function of include/panamem/testing.h could not do what it was asked for.
 */
#ifndef PANAMEM_NATIVE_TEST_ERROR_H
#define PANAMEM_NATIVE_TEST_ERROR_H

#define PANAMEM_TEST_NEEDS_HOOKS \
  "tests of leaks and of refused requests need the debug hooks: set PANAMEM_MALLOC=debug or <name>_debug"

/* Keeps the line for panamem_test_error, writes it to stderr behind "panamem: ", and answers -1. */
int panamem_test_refuse(const char *line);

#endif
