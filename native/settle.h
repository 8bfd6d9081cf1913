/* SPDX-License-Identifier: Apache-2.0
 *
 * Symbol mode: which rows serve is settled when CPython has read PYTHONMALLOC, -X dev and its configuration.
 */
#ifndef PANAMEM_NATIVE_SETTLE_H
#define PANAMEM_NATIVE_SETTLE_H

#include <stdbool.h>

#include "shadowed.h"

/* Puts rows into our table and the CPython's that serve until it has chosen, and then what it chose. Where fixed, what
 * stands in panamem_choice serves from the first call, and CPython's choice is heeded no more. */
void panamem_settle_wait(const struct panamem_shadowed *python, bool fixed);

/* The same rows where no CPython is there; their first use ends the process with one line, because a CPython that came
 * later was not judged. */
void panamem_settle_without(void);

/* CPython 3.11 and 3.12 say what they chose, by the numbers of PyMemAllocatorName. 0, or -1 for one that is unknown. */
int panamem_settle_number(int allocator_name);

#endif
