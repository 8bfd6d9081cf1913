/* SPDX-License-Identifier: Apache-2.0
 *
 * The first request, or whoever comes before it, makes the heap; Java is asked for once, by whoever first needs it.
 */
#include "start.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "boot.h"
#include "core.h"
#include "debug.h"
#include "entry.h"
#include "fork.h"
#include "heap.h"
#include "lock.h"
#include "options.h"
#include "range.h"
#include "report.h"
#include "slots.h"
#include "thread.h"
#include "trace.h"
#include "trace_out.h"

#define NANOS_PER_MILLI 1000000u
#define THREAD_PATIENCE 128u /* times that Java is asked; what a thread does in some milliseconds of real work */

enum heap_made { NOT_MADE, MADE, REFUSED };

static uint32_t made_lock;
static enum heap_made made = NOT_MADE;
static bool configured;

static uint64_t limit_of(uint64_t bytes) {
  return bytes == 0 ? UINT64_MAX : bytes;
}

static void apply_options(void) {
  struct panamem_page_heap *heap = &panamem_heap.page_heap;
  heap->limit_bytes = limit_of(panamem_options.limit_bytes);
  for (int domain = 0; domain < PANAMEM_DOMAINS; domain++) {
    heap->domain_limit_bytes[domain] = limit_of(panamem_options.domain_limit_bytes[domain]);
  }
  heap->dirty_cap_bytes = panamem_options.dirty_cap_bytes;
  heap->dirty_follows_use = panamem_options.dirty_follows_use;
  heap->decay_nanos = panamem_options.decay_millis * NANOS_PER_MILLI;
  panamem_magazine_cap_bytes = panamem_options.magazine_bytes;
}

/* A plan of failures is for debug hooks; nobody else would heed it. One that waits for a test is the test's to check. */
static bool plan_has_hooks(const struct panamem_choice *choice, char *error, size_t error_bytes) {
  const struct panamem_fail_plan *plan = &panamem_options.fail;
  bool heeded = plan->first == 0 || plan->waits_for_test || choice->debug || choice->off;
  if (!heeded) {
    snprintf(error, error_bytes, "PANAMEM_OPTIONS: fail= needs the debug hooks: PANAMEM_MALLOC=debug or <name>_debug");
  }
  return heeded;
}

bool panamem_configure(const char *name, const char *options, bool heed_pythonmalloc, char *error, size_t error_bytes) {
  struct panamem_choice choice;
  struct panamem_options before = panamem_options;
  const char *from_environment = NULL;
  bool named = name != NULL ||
               panamem_choice_from_environment(heed_pythonmalloc, &from_environment, error, error_bytes);
  if (!named || !panamem_options_parse(options == NULL ? getenv("PANAMEM_OPTIONS") : options, error, error_bytes) ||
      !panamem_choose(name == NULL ? from_environment : name, &choice, error, error_bytes) ||
      !panamem_core_decide(&choice, error, error_bytes) || !plan_has_hooks(&choice, error, error_bytes)) {
    panamem_options = before;
    return false;
  }
  panamem_choice = choice;
  apply_options();
  configured = true;
  return true;
}

static void refuse(const char *reason) {
  fprintf(stderr, "panamem: %s; the program runs on without Panamem\n", reason);
  __atomic_store_n(&made, REFUSED, __ATOMIC_RELEASE);
}

static void make_heap(void) {
  uint64_t range_bytes = panamem_options.range_bytes;
  if (!configured) {
    apply_options();
  }
  if (!panamem_range_reserve(range_bytes == 0 ? panamem_range_default_bytes() : range_bytes)) {
    refuse("the OS refused to reserve address space for the heap (ulimit -v?)");
  } else if (!panamem_threads_start()) {
    refuse("no thread-specific key is left");
  } else {
    panamem_threads_on_end(panamem_gate_leave);
    panamem_fork_prepare();
    __atomic_store_n(&made, MADE, __ATOMIC_RELEASE);
  }
}

bool panamem_prepare(void) {
  if (__atomic_load_n(&made, __ATOMIC_ACQUIRE) == NOT_MADE) {
    panamem_lock(&made_lock);
    if (made == NOT_MADE) {
      make_heap();
    }
    panamem_unlock(&made_lock);
  }
  return __atomic_load_n(&made, __ATOMIC_ACQUIRE) == MADE;
}

static bool take_the_boot(void) {
  uint32_t idle = PANAMEM_STATE_IDLE;
  return panamem_state() == PANAMEM_STATE_IDLE && panamem_choice.java &&
         __atomic_compare_exchange_n(&panamem_state_now, &idle, PANAMEM_STATE_BOOTING, false, __ATOMIC_ACQ_REL,
                                     __ATOMIC_RELAXED);
}

/* Calls boot when nobody has. What cannot begin now is tried again: soon when a fork was under way, when the heap has doubled
 * when no thread could be made. */
static void boot_once(enum panamem_boot_begin (*boot)(void)) {
  if (!take_the_boot()) {
    return;
  }
  enum panamem_boot_begin begun = boot();
  if (begun == PANAMEM_BOOT_NO_THREAD) {
    uint64_t after_bytes = __atomic_load_n(&panamem_options.boot_after_bytes, __ATOMIC_RELAXED);
    __atomic_store_n(&panamem_options.boot_after_bytes, 2 * after_bytes, __ATOMIC_RELAXED);
  }
  if (begun != PANAMEM_BOOT_BEGAN) {
    panamem_boot_cancel();
  }
}

bool panamem_prepare_and_boot(void) {
  bool prepared = panamem_prepare();
  if (prepared) {
    boot_once(panamem_core_boot);
  }
  return prepared;
}

static bool boot_is_due(void) {
  return panamem_options.boot != PANAMEM_BOOT_LAZY ||
         __atomic_load_n(&panamem_heap.page_heap.committed_bytes, __ATOMIC_RELAXED) >=
             __atomic_load_n(&panamem_options.boot_after_bytes, __ATOMIC_RELAXED);
}

bool panamem_prepare_and_boot_when_due(void) {
  bool idle = panamem_state() == PANAMEM_STATE_IDLE;
  return idle && boot_is_due() ? panamem_prepare_and_boot() : panamem_prepare();
}

void panamem_chosen_rows(PyMemAllocatorEx rows[PANAMEM_DOMAINS]) {
  if (panamem_choice.prepare != NULL) {
    panamem_choice.prepare();
  }
  for (int domain = 0; domain < PANAMEM_DOMAINS; domain++) {
    rows[domain] = panamem_choice.rows[domain];
    if (panamem_choice.debug) {
      panamem_debug_wrap((PyMemAllocatorDomain)domain, &panamem_choice.rows[domain], &rows[domain]);
    }
    if (panamem_options.trace_depth > 0) {
      PyMemAllocatorEx traced = rows[domain];
      panamem_trace_wrap((PyMemAllocatorDomain)domain, &traced, &rows[domain]);
    }
  }
}

_Noreturn void panamem_refuse(const char *reason) {
  fprintf(stderr, "panamem: %s\n", reason);
  _exit(1);
}

void panamem_load(bool heed_pythonmalloc) {
  char error[512];
  if (!panamem_configure(NULL, NULL, heed_pythonmalloc, error, sizeof error)) {
    panamem_refuse(error);
  }
}

void panamem_load_for_cpython(void) {
  panamem_load(false);
  panamem_gate_patience = panamem_choice.crossings == PANAMEM_CROSSES_EACH_CALL ? 0 : THREAD_PATIENCE;
}

/* Where Java starts meanwhile, its files may get the number of such a stream for a moment, and the program takes it for open. */
static bool a_standard_stream_is_closed(void) {
  return fcntl(STDIN_FILENO, F_GETFD) < 0 || fcntl(STDOUT_FILENO, F_GETFD) < 0 || fcntl(STDERR_FILENO, F_GETFD) < 0;
}

void panamem_load_report(void) {
  if (panamem_options.report_at_exit) {
    panamem_report_at_exit();
  }
  if (panamem_options.trace_depth > 0) {
    panamem_trace_at_exit();
  }
}

/* It is there before anybody could notice. */
static bool native_is_wanted_at_once(void) {
  return panamem_core_is_native() &&
         (panamem_options.boot != PANAMEM_BOOT_LAZY || panamem_choice.crossings == PANAMEM_CROSSES_EACH_CALL);
}

void panamem_load_boot(void) {
  bool wait = panamem_options.boot == PANAMEM_BOOT_SYNC || native_is_wanted_at_once() || a_standard_stream_is_closed();
  if (wait && panamem_choice.java && panamem_prepare()) {
    boot_once(panamem_core_boot_before_main);
    panamem_boot_wait(false);
  }
}

void panamem_load_finish(void) {
  panamem_load_report();
  panamem_load_boot();
}
