/* SPDX-License-Identifier: Apache-2.0
 *
 * The off-heap spin lock that C and Java share: 0 is free, 1 is held (abi.h gives the order).
 *
 * Critical sections are short and never block, but their holder can be preempted, so a waiter soon yields its core.
 */
#ifndef PANAMEM_NATIVE_LOCK_H
#define PANAMEM_NATIVE_LOCK_H

#include <sched.h>
#include <stdbool.h>
#include <stdint.h>

#define PANAMEM_LOCK_SPINS 64

static inline bool panamem_lock_try(uint32_t *lock) {
  uint32_t released = 0;
  return __atomic_compare_exchange_n(lock, &released, 1, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
}

static inline void panamem_lock(uint32_t *lock) {
  for (int spins = 0; !panamem_lock_try(lock); spins++) {
    if (spins < PANAMEM_LOCK_SPINS) {
      __builtin_ia32_pause();
    } else {
      sched_yield();
    }
  }
}

static inline void panamem_unlock(uint32_t *lock) {
  __atomic_store_n(lock, 0, __ATOMIC_RELEASE);
}

#endif
