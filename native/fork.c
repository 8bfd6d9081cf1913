/* SPDX-License-Identifier: Apache-2.0
 *
 * Before a fork the forking thread takes every lock in abi.h's order, so no other thread is inside the heap at that
 * moment. A child has no JVM threads, so it never crosses again; with the native core it goes on as before, because that
 * one needs no thread of its own and never stops the others. The magazines of threads that the child did not inherit stay
 * registered, and their blocks stay out of circulation.
 */
#include "fork.h"

#include <pthread.h>
#include <stdbool.h>

#include "aside.h"
#include "boot.h"
#include "domain.h"
#include "entry.h"
#include "guard_table.h"
#include "hardened_quarantine.h"
#include "heap.h"
#include "image.h"
#include "lock.h"
#include "meta.h"
#include "unforked.h"

static void before_fork(void) {
  panamem_boot_before_fork();
  panamem_unforked_before_fork();
  panamem_guard_lock();
  panamem_hardened_lock();
  panamem_image_lock();
  panamem_lock(&panamem_heap.registry_lock);
  for (uint32_t bin = 0; bin < PANAMEM_BINS; bin++) {
    panamem_lock(&panamem_heap.bins[bin].lock);
  }
  panamem_lock(&panamem_heap.pymalloc.lock);
  panamem_lock(&panamem_heap.page_heap.lock);
  panamem_meta_lock();
  panamem_lock(&panamem_domain_lock);
  panamem_aside_before_fork();
}

static void release_all(void) {
  panamem_aside_unlock();
  panamem_unlock(&panamem_domain_lock);
  panamem_meta_unlock();
  panamem_unlock(&panamem_heap.page_heap.lock);
  panamem_unlock(&panamem_heap.pymalloc.lock);
  for (uint32_t bin = PANAMEM_BINS; bin > 0; bin--) {
    panamem_unlock(&panamem_heap.bins[bin - 1].lock);
  }
  panamem_unlock(&panamem_heap.registry_lock);
  panamem_image_unlock();
  panamem_hardened_unlock();
  panamem_guard_unlock();
}

static void after_fork_in_parent(void) {
  release_all();
  panamem_unforked_after_fork();
  panamem_boot_after_fork();
}

static void after_fork_in_child(void) {
  release_all();
  panamem_unforked_after_fork_in_child();
  panamem_boot_after_fork_in_child();
  bool goes_on = panamem_image_has_served() && panamem_state() != PANAMEM_STATE_BOOTING;
  if (panamem_state() != PANAMEM_STATE_IDLE && !goes_on) {
    panamem_state_set(PANAMEM_STATE_CHILD);
  }
}

void panamem_fork_prepare(void) {
  static bool registered;
  if (!registered) {
    registered = pthread_atfork(before_fork, after_fork_in_parent, after_fork_in_child) == 0;
  }
}
