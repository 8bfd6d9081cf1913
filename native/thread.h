/* SPDX-License-Identifier: Apache-2.0
 *
 * Threads: who owns which magazines, from a thread's first request to its end.
 */
#ifndef PANAMEM_NATIVE_THREAD_H
#define PANAMEM_NATIVE_THREAD_H

#include <stdbool.h>
#include <stdint.h>

#include "../include/panamem/abi.h"
#include "fast_path.h"

/* panamem_thread.flags */
#define PANAMEM_THREAD_IN_JAVA 1u      /* between C and its return from an entry */
#define PANAMEM_THREAD_DETACH 2u       /* we attached it to the JVM, so we detach it */
#define PANAMEM_THREAD_UNATTACHABLE 4u /* its stack is too small, or the JVM refused it */
#define PANAMEM_THREAD_MAGAZINES_OPEN 8u  /* upcall: every magazine has slots */
#define PANAMEM_THREAD_REFUSALS_SHIFT 16  /* above: how often the gate was shut because the thread is young (entry.h) */

/* The calling thread's struct. Never NULL: before a thread's first request and after its end it is a shared one whose
 * magazines are all shut, so that the fast path needs no test. */
extern __thread struct panamem_thread *panamem_self __attribute__((tls_model("initial-exec")));

/* The calling thread's own struct, made on first call; NULL when the thread is ending or there is no memory for it. */
struct panamem_thread *panamem_thread_ensure(void);

/* Is the thread past its own end (its key destructor has run)? */
bool panamem_thread_has_ended(void);

/* Called once at start, before any panamem_thread_ensure; false when the OS has no key left. */
bool panamem_threads_start(void);

/* What a thread end must do beyond this file's own work (detach from the JVM). */
void panamem_threads_on_end(void (*detach)(struct panamem_thread *));

/* Count a large block that was handed out, and a realloc that kept its block; thread is what panamem_thread_ensure
 * answered, and NULL counts for the heap. */
void panamem_thread_count_large(struct panamem_thread *thread);
void panamem_thread_count_resize(struct panamem_thread *thread);

/* The same for the calling thread; the shared struct of threads that have none counts nothing. */
static inline void panamem_thread_count_own_resize(void) {
  if (LIKELY(panamem_self->serial != 0)) {
    panamem_self->resizes++;
  } else {
    panamem_thread_count_resize(panamem_thread_ensure());
  }
}

/* Makes a struct with shut magazines, registered, for a thread or a test; NULL without memory. */
struct panamem_thread *panamem_thread_make(void);

/* Gives all blocks of its magazines and shelves back to their pools and to the page heap, past the depots. The magazines stay
 * open. */
void panamem_thread_flush(struct panamem_thread *thread);

#endif
