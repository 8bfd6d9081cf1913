/* SPDX-License-Identifier: Apache-2.0
 *
 * What must not be under way when a process forks, because it holds locks of libc or of another library that a child would
 * find locked for ever: unwinding (libunwind's lock, glibc's list of libraries) and the naming of code.
 *
 * Between begin and end no fork happens; a fork waits for those that have begun, and new ones wait for the fork. Not to be
 * nested; a thread that has begun must not fork.
 */
#ifndef PANAMEM_NATIVE_UNFORKED_H
#define PANAMEM_NATIVE_UNFORKED_H

void panamem_unforked_begin(void);
void panamem_unforked_end(void);

void panamem_unforked_before_fork(void);
void panamem_unforked_after_fork(void);
void panamem_unforked_after_fork_in_child(void);

#endif
