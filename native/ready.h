/* SPDX-License-Identifier: Apache-2.0
 *
 * Ready memory: when blocks that wait on shelves and in depots go back, so that the page heap need not take new pages.
 *
 * All functions are for the calling thread's own struct. No lock is held.
 */
#ifndef PANAMEM_NATIVE_READY_H
#define PANAMEM_NATIVE_READY_H

#include "../include/panamem/abi.h"

/* The thread's shelves hold more than they may: some of their blocks go back, in one crossing. */
void panamem_ready_overflow(struct panamem_thread *thread);

/* The thread is about to ask for more pages or blocks. Where committed memory has grown by much since the last time, all
 * ready blocks of its shelves and of the depots go back first; else those of its shelves that nobody asks for, when it is
 * time to look for them. */
void panamem_ready_review(struct panamem_thread *thread);

/* The same without a question about growth: only what nobody asks for goes back, when it is time to look for it. */
void panamem_ready_look(struct panamem_thread *thread);

/* Called by a review each time that committed memory has grown by an eighth: who serves may have memory of its own to give
 * back. NULL: nobody. Runs on the thread that asks for memory, which holds no lock of the heap. Set atomically. */
extern void (*panamem_ready_of_others)(void);

#endif
