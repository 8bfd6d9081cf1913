/* SPDX-License-Identifier: Apache-2.0
 *
 * An access to a shut page ends in a report; the program's own action for SIGSEGV follows, or the signal's default.
 */
#ifndef PANAMEM_NATIVE_GUARD_FAULT_H
#define PANAMEM_NATIVE_GUARD_FAULT_H

/* Watches faults from now on. */
void panamem_guard_fault_prepare(void);

/* Gives the calling thread a stack for signal handlers, if it has none, until it ends; once per thread. */
void panamem_guard_fault_stack(void);

#endif
