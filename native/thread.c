/* SPDX-License-Identifier: Apache-2.0
 *
 * A thread gets its struct at its first request and gives everything back in a key destructor. Destructors of other
 * keys may still free blocks afterwards: those go straight to the pools.
 */
#include "thread.h"

#include <pthread.h>
#include <stddef.h>

#include "depot.h"
#include "fallback.h"
#include "heap.h"
#include "invalid.h"
#include "lock.h"
#include "meta.h"
#include "pymalloc_pool.h"
#include "shelf.h"
#include "slots.h"

/* A shut magazine: popping reads the 0, pushing finds no room. */
static void *shut_slot;
#define SHUT {&shut_slot, &shut_slot, &shut_slot, 0}

static struct panamem_thread not_begun = {.magazines = {[0 ... PANAMEM_MAGAZINES - 1] = SHUT}};
static struct panamem_thread ended = {.magazines = {[0 ... PANAMEM_MAGAZINES - 1] = SHUT}};

__thread struct panamem_thread *panamem_self __attribute__((tls_model("initial-exec"))) = &not_begun;

static pthread_key_t key;
static bool key_made;
static void (*detach_thread)(struct panamem_thread *);

static void link_thread(struct panamem_thread *thread) {
  panamem_lock(&panamem_heap.registry_lock);
  thread->next = panamem_heap.threads;
  if (thread->next != NULL) {
    thread->next->previous = thread;
  }
  panamem_heap.threads = thread;
  panamem_heap.thread_count++;
  thread->serial = ++panamem_heap.threads_total;
  panamem_unlock(&panamem_heap.registry_lock);
}

/* Takes the thread out of the registry; its counts stay with the heap. */
static void unlink_thread(struct panamem_thread *thread) {
  panamem_lock(&panamem_heap.registry_lock);
  if (thread->next != NULL) {
    thread->next->previous = thread->previous;
  }
  if (thread->previous != NULL) {
    thread->previous->next = thread->next;
  } else {
    panamem_heap.threads = thread->next;
  }
  panamem_heap.thread_count--;
  panamem_heap.crossings += thread->crossings;
  panamem_heap.large_allocations += thread->large_allocations;
  panamem_heap.resizes += thread->resizes;
  panamem_lock(&panamem_heap.page_heap.lock);
  for (uint32_t domain = 0; domain < PANAMEM_DOMAINS; domain++) {
    panamem_heap.page_heap.large_total[domain] += thread->shelf_allocations[domain];
  }
  panamem_unlock(&panamem_heap.page_heap.lock);
  for (uint32_t bin = 0; bin < PANAMEM_BINS; bin++) {
    if (thread->magazines[bin].allocations > 0) { /* under the bin's lock, like those of threads that have ended */
      panamem_lock(&panamem_heap.bins[bin].lock);
      panamem_heap.bins[bin].allocations += thread->magazines[bin].allocations;
      panamem_unlock(&panamem_heap.bins[bin].lock);
    }
  }
  for (uint32_t bin = PANAMEM_PY_BINS; bin < PANAMEM_MAGAZINES; bin++) {
    panamem_heap.pymalloc.allocations += thread->magazines[bin].allocations;
  }
  panamem_unlock(&panamem_heap.registry_lock);
}

struct panamem_thread *panamem_thread_make(void) {
  struct panamem_thread *thread = panamem_meta_allocate(sizeof *thread);
  if (thread != NULL) {
    for (uint32_t bin = 0; bin < PANAMEM_MAGAZINES; bin++) {
      thread->magazines[bin] = not_begun.magazines[bin];
    }
    link_thread(thread);
  }
  return thread;
}

void panamem_thread_flush(struct panamem_thread *thread) {
  for (uint32_t bin = 0; bin < PANAMEM_MAGAZINES; bin++) {
    struct panamem_magazine *magazine = &thread->magazines[bin];
    uint32_t count = (uint32_t)(magazine->top - magazine->base);
    if (count > 0) {
      uint32_t given =
          bin < PANAMEM_BINS ? panamem_fallback_flush(thread, bin, count) : panamem_py_flush(thread, bin, count);
      if (given < count) {
        panamem_invalid_block("free", magazine->base[1 + given]);
      }
      magazine->top = magazine->base;
    }
  }
  panamem_fallback_clear_shelves(thread, 0);
  panamem_shelves_confine(thread, UINT64_MAX >> 1);
}

/* Leaves what its magazines hold to other threads. Those of `upcall` never look into a depot. */
static void bequeath(struct panamem_thread *thread) {
  for (uint32_t bin = 0; bin < PANAMEM_BINS && (thread->flags & PANAMEM_THREAD_MAGAZINES_OPEN) == 0; bin++) {
    struct panamem_magazine *magazine = &thread->magazines[bin];
    uint32_t count = (uint32_t)(magazine->top - magazine->base);
    if (count > 0 && panamem_depot_put(bin, magazine->base + 1, count)) {
      magazine->top = magazine->base;
    }
  }
}

static void end_thread(void *argument) {
  struct panamem_thread *thread = argument;
  panamem_self = &ended;
  bequeath(thread);
  panamem_thread_flush(thread);
  unlink_thread(thread);
  if (detach_thread != NULL) {
    detach_thread(thread);
  }
  panamem_slots_close(thread);
  panamem_meta_free(thread, sizeof *thread);
}

bool panamem_threads_start(void) {
  key_made = key_made || pthread_key_create(&key, end_thread) == 0;
  return key_made;
}

void panamem_threads_on_end(void (*detach)(struct panamem_thread *)) {
  detach_thread = detach;
}

bool panamem_thread_has_ended(void) {
  return panamem_self == &ended;
}

struct panamem_thread *panamem_thread_ensure(void) {
  if (panamem_self != &not_begun) {
    return panamem_self == &ended ? NULL : panamem_self;
  }
  struct panamem_thread *thread = panamem_thread_make();
  if (thread != NULL) {
    /* Before pthread_setspecific, which may allocate: a second visit must find the struct. */
    panamem_self = thread;
    pthread_setspecific(key, thread);
  }
  return thread;
}

/* ---- Counting also for a thread that has no struct ------------------------------------------------------------------- */

static void count_for_heap(uint64_t *counter) {
  panamem_lock(&panamem_heap.registry_lock);
  ++*counter;
  panamem_unlock(&panamem_heap.registry_lock);
}

void panamem_thread_count_large(struct panamem_thread *thread) {
  if (thread != NULL) {
    thread->large_allocations++;
  } else {
    count_for_heap(&panamem_heap.large_allocations);
  }
}

void panamem_thread_count_resize(struct panamem_thread *thread) {
  if (thread != NULL) {
    thread->resizes++;
  } else {
    count_for_heap(&panamem_heap.resizes);
  }
}
