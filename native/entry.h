/* SPDX-License-Identifier: Apache-2.0
 *
 * The gate to Java: who may cross, and what crossing costs. C checks before it crosses; Java never has to refuse.
 */
#ifndef PANAMEM_NATIVE_ENTRY_H
#define PANAMEM_NATIVE_ENTRY_H

#include <stdbool.h>
#include <stdint.h>

#include "heap.h"
#include "thread.h"

/* What serves; the values order a life: a core never goes back, except that close and open alternate. */
enum panamem_state {
  PANAMEM_STATE_IDLE,     /* nothing asked for Java yet */
  PANAMEM_STATE_BOOTING,  /* Java is starting */
  PANAMEM_STATE_READY,    /* Java serves */
  PANAMEM_STATE_CHILD,    /* forked child of a process with Java */
  PANAMEM_STATE_SHUTDOWN, /* closed, or the process is exiting */
  PANAMEM_STATE_FAILED    /* Java could not be started */
};

extern uint32_t panamem_state_now;

static inline enum panamem_state panamem_state(void) {
  return (enum panamem_state)__atomic_load_n(&panamem_state_now, __ATOMIC_ACQUIRE);
}

void panamem_state_set(enum panamem_state state);

/* Attaches the calling thread, whose struct it is, to Java, and undoes it; set by whoever brings Java. attach answers
 * false when Java refuses; *ours tells whether detach is our business. */
struct panamem_attachment {
  bool (*attach)(struct panamem_thread *thread, bool *ours);
  void (*detach)(struct panamem_thread *thread);
};
extern struct panamem_attachment panamem_attachment;

/* How many times a thread finds the gate shut before it is attached: an attached thread costs the JVM about 50 KiB, which
 * short and small threads are not worth. The main thread is attached at once. 0 before somebody sets it. */
extern uint32_t panamem_gate_patience;

/* The gate's slow half: attaches a thread that has not crossed before; false when the fallback must serve. */
bool panamem_gate_attach(struct panamem_thread *thread);

/* May the thread cross now? False means that the fallback serves, for the reason of panamem_fallback_reason. */
static inline bool panamem_gate_open(struct panamem_thread *thread) {
  if (panamem_state() != PANAMEM_STATE_READY) {
    return false;
  }
  uint64_t depth = (uint64_t)__builtin_frame_address(0) - thread->gate_low;
  return depth < thread->gate_bytes || panamem_gate_attach(thread);
}

/* Why panamem_gate_open answered false just now. */
uint32_t panamem_fallback_reason(void);

static inline int64_t panamem_enter(const struct panamem_thread *thread, uint32_t entry, int64_t a, int64_t b, int64_t c) {
  panamem_entry function = __atomic_load_n(&panamem_heap.entries[entry], __ATOMIC_RELAXED); /* an upcall comes while others serve */
  return function(a, b, c, thread->isolate_thread == 0 ? entry : thread->isolate_thread);
}

/* Crosses. The gate is open. */
static inline int64_t panamem_cross(struct panamem_thread *thread, uint32_t entry, int64_t a, int64_t b, int64_t c) {
  thread->crossings++;
  thread->flags |= PANAMEM_THREAD_IN_JAVA;
  int64_t answer = panamem_enter(thread, entry, a, b, c);
  thread->flags &= ~PANAMEM_THREAD_IN_JAVA;
  return answer;
}

/* Crosses for memory; when that is refused, once more after all depots gave back what they hold. */
int64_t panamem_cross_for_blocks(struct panamem_thread *thread, uint32_t entry, int64_t a, int64_t b, int64_t c);

/* Calls an upcall, before others may, until the JVM has adapted what leads to Java: it makes a class for that after some
 * calls. The calling thread is attached. */
void panamem_entries_settle(panamem_entry upcall);

/* Puts the upcall into the place of each entry that there is, while other threads cross. */
void panamem_entries_replace(panamem_entry upcall);

/* Undoes what panamem_gate_attach did, at the thread's end. */
void panamem_gate_leave(struct panamem_thread *thread);

/* Most stack of the main thread that Java knows of; bytes, set before the first crossing. */
extern uint64_t panamem_main_stack_bytes;

#endif
