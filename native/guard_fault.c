/* SPDX-License-Identifier: Apache-2.0
 *
 * The handler finds the block by the address that was touched. What it reads lies apart from the blocks; what it writes goes
 * by write(2).
 */
#include "guard_fault.h"

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/mman.h>
#include <ucontext.h>

#include "guard_table.h"
#include "misuse.h"
#include "signals.h"

#define STACK_BYTES (128 * 1024u)

/* Bits of the error code that an x86-64 processor gives for a page fault. */
#define WAS_WRITE 2
#define WAS_EXECUTION 16

/* ---- The report -------------------------------------------------------------------------------------------------------- */

static enum panamem_misuse_kind kind_of(const struct panamem_history *history, uintptr_t address) {
  if (history->state != PANAMEM_BLOCK_LIVE) {
    return PANAMEM_USE_AFTER_FREE;
  }
  return address < history->block ? PANAMEM_UNDERFLOW : PANAMEM_OVERFLOW;
}

static const char *operation_of(const greg_t *registers) {
  return (registers[REG_ERR] & WAS_EXECUTION) != 0 ? "execution" : (registers[REG_ERR] & WAS_WRITE) != 0 ? "write" : "read";
}

/* Is the run one whose pages we shut? And not the block itself, should somebody execute it. */
static bool is_shut(const struct panamem_guarded *guarded, uintptr_t address) {
  enum panamem_guard_state state = panamem_guarded_state(guarded);
  bool inside = state == PANAMEM_GUARD_LIVE && address - guarded->block < guarded->bytes;
  return state != PANAMEM_GUARD_NONE && state != PANAMEM_GUARD_GONE && !inside;
}

static void report(const siginfo_t *info, const void *context, const struct panamem_guarded *guarded) {
  const greg_t *registers = ((const ucontext_t *)context)->uc_mcontext.gregs;
  struct panamem_misuse misuse = {.is_access = true,
                                  .operation = operation_of(registers),
                                  .address = info->si_addr,
                                  .caller = (uintptr_t)registers[REG_RIP]};
  panamem_guarded_history(guarded, &misuse.history);
  misuse.kind = kind_of(&misuse.history, (uintptr_t)info->si_addr);
  panamem_misuse_report(&misuse);
}

/* Python's faulthandler, for one, brings its own. */
static bool is_on_short_stack(void) {
  stack_t present;
  return sigaltstack(NULL, &present) == 0 && (present.ss_flags & SS_ONSTACK) != 0 && present.ss_size < STACK_BYTES;
}

static bool watch(const siginfo_t *info, void *context) {
  static bool reported; /* a program may go on after a fault; one report is what it gets */
  struct panamem_guarded *guarded = panamem_guarded_at(info->si_addr);
  if (info->si_code <= 0 || !is_shut(guarded, (uintptr_t)info->si_addr)) {
    return true;
  }
  if (is_on_short_stack()) {
    panamem_signals_leave_alternate_stacks();
    return false;
  }
  if (!__atomic_exchange_n(&reported, true, __ATOMIC_ACQ_REL)) {
    report(info, context, guarded);
  }
  return true;
}

void panamem_guard_fault_prepare(void) {
  panamem_signals_watch_faults(watch);
}

/* ---- A stack for the handler --------------------------------------------------------------------------------------------- */

static pthread_key_t key;
static pthread_once_t key_once = PTHREAD_ONCE_INIT;
static bool key_made;

static void drop_stack(void *stack) {
  stack_t none = {.ss_flags = SS_DISABLE};
  stack_t present;
  if (sigaltstack(NULL, &present) == 0 && present.ss_sp == stack) {
    sigaltstack(&none, NULL);
  }
  munmap(stack, STACK_BYTES);
}

static void make_key(void) {
  key_made = pthread_key_create(&key, drop_stack) == 0;
}

void panamem_guard_fault_stack(void) {
  static __thread bool done;
  if (done) {
    return;
  }
  done = true;
  stack_t present;
  pthread_once(&key_once, make_key);
  if (!key_made || sigaltstack(NULL, &present) != 0 || (present.ss_flags & SS_DISABLE) == 0) {
    return;
  }
  void *mapped = mmap(NULL, STACK_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
  if (mapped == MAP_FAILED) {
    return;
  }
  stack_t stack = {.ss_sp = mapped, .ss_size = STACK_BYTES};
  if (sigaltstack(&stack, NULL) != 0 || pthread_setspecific(key, mapped) != 0) {
    drop_stack(mapped);
  }
}
