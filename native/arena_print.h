/* SPDX-License-Identifier: Apache-2.0
 *
 * The statistics of `arena` and `upcall` in the form of CPython's _PyObject_DebugMallocStats.
 */
#ifndef PANAMEM_NATIVE_ARENA_PRINT_H
#define PANAMEM_NATIVE_ARENA_PRINT_H

#include <stdio.h>

/* Prints to out; always 1, as for "something was printed". Blocks in magazines count as available. */
int panamem_arena_print(FILE *out);

#endif
