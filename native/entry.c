/* SPDX-License-Identifier: Apache-2.0
 *
 * The gate's slow half: a thread is attached on purpose, as a daemon, when its own stack is large enough for Java.
 */
#include "entry.h"

#include <sys/syscall.h>
#include <unistd.h>

#include "depot.h"
#include "stack.h"

#define STACK_RESERVE_BYTES (192 * 1024u)      /* what Java may need below the frame that crosses */
#define ATTACHABLE_STACK_BYTES (384 * 1024u)   /* smaller stacks have no room for the JVM's guard zones */
#define SETTLING_CALLS 150                     /* a few more than java.lang.invoke.MethodHandle.CUSTOMIZE_THRESHOLD */

uint32_t panamem_state_now = PANAMEM_STATE_IDLE;
struct panamem_attachment panamem_attachment;
uint64_t panamem_main_stack_bytes = 8 << 20;
uint32_t panamem_gate_patience;

void panamem_state_set(enum panamem_state state) {
  __atomic_store_n(&panamem_state_now, (uint32_t)state, __ATOMIC_RELEASE);
}

/* ---- Patience: how often the thread was refused, in the upper half of its flags ---------------------------------------- */

static uint32_t refusals(const struct panamem_thread *thread) {
  return thread->flags >> PANAMEM_THREAD_REFUSALS_SHIFT;
}

static bool is_main_thread(void) {
  return syscall(SYS_gettid) == getpid();
}

/* Refuses a thread that has not asked often enough. Its count ends one above the patience. */
static bool must_wait(struct panamem_thread *thread) {
  if (refusals(thread) > panamem_gate_patience || panamem_gate_patience == 0) {
    return false;
  }
  bool is_young = refusals(thread) < panamem_gate_patience && !is_main_thread();
  thread->flags += (is_young ? 1 : panamem_gate_patience + 1 - refusals(thread)) << PANAMEM_THREAD_REFUSALS_SHIFT;
  return is_young;
}

static bool waits(const struct panamem_thread *thread) {
  return refusals(thread) > 0 && refusals(thread) <= panamem_gate_patience;
}

/* ---- Attaching ------------------------------------------------------------------------------------------------------------ */

bool panamem_gate_attach(struct panamem_thread *thread) {
  if (thread->gate_bytes != 0 || (thread->flags & PANAMEM_THREAD_UNATTACHABLE) != 0) {
    return false; /* too deep, off its own stack, or never to be attached */
  }
  if (must_wait(thread)) {
    return false;
  }
  thread->flags |= PANAMEM_THREAD_UNATTACHABLE; /* until proven otherwise: attaching may allocate and come back here */
  struct panamem_stack stack;
  if (!panamem_stack_bounds(&stack, panamem_main_stack_bytes)) {
    return false;
  }
  uint64_t stack_bytes = stack.high - stack.low;
  if (stack_bytes < ATTACHABLE_STACK_BYTES) {
    return false;
  }
  uint64_t depth_left = (uint64_t)__builtin_frame_address(0) - stack.low;
  if (depth_left >= stack_bytes || depth_left < ATTACHABLE_STACK_BYTES) {
    thread->flags &= ~PANAMEM_THREAD_UNATTACHABLE; /* off its own stack or too deep, but only just now */
    return false;
  }
  bool ours = false;
  if (panamem_attachment.attach != NULL && !panamem_attachment.attach(thread, &ours)) {
    return false;
  }
  thread->flags &= ~PANAMEM_THREAD_UNATTACHABLE;
  if (ours) {
    thread->flags |= PANAMEM_THREAD_DETACH;
  }
  thread->gate_low = stack.low + STACK_RESERVE_BYTES;
  thread->gate_bytes = stack.high - thread->gate_low;
  return true;
}

int64_t panamem_cross_for_blocks(struct panamem_thread *thread, uint32_t entry, int64_t a, int64_t b, int64_t c) {
  int64_t answer = panamem_cross(thread, entry, a, b, c);
  return answer == 0 && panamem_depots_empty() ? panamem_cross(thread, entry, a, b, c) : answer;
}

void panamem_entries_settle(panamem_entry upcall) {
  for (int i = 0; i < SETTLING_CALLS; i++) {
    upcall(0, 0, 0, PANAMEM_ENTRY_PING);
  }
}

void panamem_entries_replace(panamem_entry upcall) {
  for (int i = 0; i < PANAMEM_ENTRIES; i++) {
    if (panamem_heap.entries[i] != NULL) {
      __atomic_store_n(&panamem_heap.entries[i], upcall, __ATOMIC_RELEASE);
    }
  }
}

void panamem_gate_leave(struct panamem_thread *thread) {
  thread->gate_bytes = 0;
  if ((thread->flags & PANAMEM_THREAD_DETACH) != 0 && panamem_state() == PANAMEM_STATE_READY) {
    panamem_attachment.detach(thread);
  }
}

uint32_t panamem_fallback_reason(void) {
  switch (panamem_state()) {
    case PANAMEM_STATE_READY:
      if (waits(panamem_self)) {
        return PANAMEM_FALLBACK_BOOT;
      }
      return panamem_thread_has_ended() ? PANAMEM_FALLBACK_SHUTDOWN : PANAMEM_FALLBACK_STACK;
    case PANAMEM_STATE_CHILD:
      return PANAMEM_FALLBACK_CHILD;
    case PANAMEM_STATE_SHUTDOWN:
      return PANAMEM_FALLBACK_SHUTDOWN;
    case PANAMEM_STATE_FAILED:
      return PANAMEM_FALLBACK_NO_JAVA;
    default:
      return PANAMEM_FALLBACK_BOOT;
  }
}
