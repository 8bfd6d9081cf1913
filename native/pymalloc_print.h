/* SPDX-License-Identifier: Apache-2.0
 *
 * The statistics of `pymalloc` as CPython's _PyObject_DebugMallocStats prints them, to the letter.
 */
#ifndef PANAMEM_NATIVE_PYMALLOC_PRINT_H
#define PANAMEM_NATIVE_PYMALLOC_PRINT_H

#include <stdio.h>

/* Prints to out; always 1, as for "something was printed". Blocks in magazines count as available. */
int panamem_py_print(FILE *out);


#endif
