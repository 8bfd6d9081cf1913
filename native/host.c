/* SPDX-License-Identifier: Apache-2.0
 *
 * A Java program as the host: it opens the heap, writes its own entries, and closes it again.
 */
#include <stdio.h>

#include "../include/panamem/panamem.h"
#include "boot.h"
#include "entry.h"
#include "heap.h"
#include "image.h"
#include "jvm.h"
#include "options.h"
#include "report.h"
#include "start.h"
#include "thread.h"

static int64_t already_served(void) {
  return panamem_state() == PANAMEM_STATE_READY ? (int64_t)&panamem_heap : 0;
}

/* Waits for a boot that has begun, and lets none begin: as if closed. False when something serves, or has. */
static bool keep_boots_away(void) {
  uint32_t state = PANAMEM_STATE_IDLE;
  while (!__atomic_compare_exchange_n(&panamem_state_now, &state, PANAMEM_STATE_SHUTDOWN, false, __ATOMIC_ACQ_REL,
                                      __ATOMIC_ACQUIRE)) {
    if (state != PANAMEM_STATE_BOOTING) {
      return false;
    }
    panamem_boot_wait(true);
    state = PANAMEM_STATE_IDLE;
  }
  return true;
}

static bool open_heap(const char *malloc_name, const char *options, char *error, size_t error_bytes) {
  if (!panamem_configure(malloc_name, options, true, error, error_bytes)) {
    return false;
  }
  if (!panamem_prepare()) {
    snprintf(error, error_bytes, "the OS refused to reserve address space for the heap (ulimit -v?)");
    return false;
  }
  if (!panamem_jvm_adopt()) {
    snprintf(error, error_bytes, "no JVM runs in this process; a C program calls panamem_start instead");
    return false;
  }
  return true;
}

int64_t panamem_host_open(const char *malloc_name, const char *options, char *error, size_t error_bytes) {
  bool was_idle = keep_boots_away();
  if (panamem_image_has_served()) {
    snprintf(error, error_bytes, "the native core serves this process already; PANAMEM_OPTIONS=core=jvm has Java serve it");
    return 0;
  }
  /* The JVM that C started may hold Java code that opens us: it gets what serves it already. */
  int64_t served = already_served();
  if (served != 0) {
    return served;
  }
  if (!open_heap(malloc_name, options, error, error_bytes)) {
    if (was_idle) {
      panamem_boot_cancel();
    }
    return 0;
  }
  if (panamem_options.report_at_exit) {
    panamem_report_at_exit();
  }
  panamem_state_set(PANAMEM_STATE_SHUTDOWN);
  panamem_install_chosen();
  return (int64_t)&panamem_heap;
}

int64_t panamem_host_ready(void) {
  if (!panamem_prepare() || panamem_heap.entries[PANAMEM_ENTRY_PING] == NULL || panamem_attachment.attach == NULL) {
    return 0;
  }
  panamem_entries_settle(panamem_heap.entries[PANAMEM_ENTRY_PING]);
  panamem_state_set(PANAMEM_STATE_READY);
  return 1;
}

int64_t panamem_host_close(void) {
  struct panamem_thread *thread = panamem_prepare() ? panamem_thread_ensure() : NULL;
  panamem_purge(0);
  if (thread != NULL) {
    panamem_thread_flush(thread);
  }
  if (panamem_state() == PANAMEM_STATE_READY) {
    panamem_state_set(PANAMEM_STATE_SHUTDOWN);
  }
  return 1;
}
