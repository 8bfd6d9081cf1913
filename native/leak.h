/* SPDX-License-Identifier: Apache-2.0
 *
 * What calls have left alive, place by place, and which of it is a leak; the rule stands in include/panamem/testing.h.
 */
#ifndef PANAMEM_NATIVE_LEAK_H
#define PANAMEM_NATIVE_LEAK_H

#include <stdbool.h>
#include <stdint.h>

#include "line_out.h"

/* How many calls the open test has had so far, the one that runs included; 0: no test is open. */
uint32_t panamem_leak_rounds(void);

/* Opens a test; none must be open. */
void panamem_leak_start(void);

/* The next call begins. */
void panamem_leak_next(void);

/* Ends the test: how many blocks one call leaks. The report goes to out unless that is 0, or unless out is NULL. -1 when the
 * OS refuses memory for the list of blocks. */
int64_t panamem_leak_finish(struct panamem_out *out);

#endif
