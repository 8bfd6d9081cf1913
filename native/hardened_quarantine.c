/* SPDX-License-Identifier: Apache-2.0
 *
 * A thread's quarantine is its own: made at its first small block, ended with the thread, and in a list for those who count.
 */
#include "hardened_quarantine.h"

#include <pthread.h>
#include <string.h>

#include "fast_path.h"
#include "heap.h"
#include "lock.h"
#include "magazine.h"
#include "meta.h"
#include "random.h"

#define HELD_MOST 64u               /* small blocks in a thread's quarantine; a power of two */
#define LARGE_HELD_MOST 4u          /* large blocks in the quarantine of all */
#define LARGE_HELD_BYTES (4u << 20) /* larger ones go at once */

struct quarantine {
  struct quarantine *next, *previous;
  uint32_t random;
  void *held[HELD_MOST];
};

static uint32_t lock;
static struct quarantine *quarantines;
static __thread struct quarantine *quarantine;
static pthread_key_t quarantine_key;
static void *large_held[LARGE_HELD_MOST];

void panamem_hardened_lock(void) {
  panamem_lock(&lock);
}

void panamem_hardened_unlock(void) {
  panamem_unlock(&lock);
}

/* ---- Threads ------------------------------------------------------------------------------------------------------------ */

static void link_quarantine(struct quarantine *made) {
  panamem_lock(&lock);
  made->next = quarantines;
  if (made->next != NULL) {
    made->next->previous = made;
  }
  quarantines = made;
  panamem_unlock(&lock);
}

static void unlink_quarantine(struct quarantine *ended) {
  panamem_lock(&lock);
  if (ended->next != NULL) {
    ended->next->previous = ended->previous;
  }
  *(ended->previous == NULL ? &quarantines : &ended->previous->next) = ended->next;
  panamem_unlock(&lock);
}

static void end_quarantine(void *argument) {
  struct quarantine *ended = argument;
  quarantine = NULL;
  unlink_quarantine(ended);
  for (uint32_t i = 0; i < HELD_MOST; i++) {
    if (ended->held[i] != NULL) {
      panamem_arena_free(NULL, ended->held[i]);
    }
  }
  panamem_meta_free(ended, sizeof *ended);
}

bool panamem_hardened_prepare_quarantine(void) {
  return pthread_key_create(&quarantine_key, end_quarantine) == 0;
}

static NOINLINE struct quarantine *make_quarantine(void) {
  struct quarantine *made = panamem_meta_allocate(sizeof *made);
  if (made != NULL) {
    made->random = (uint32_t)((uintptr_t)made >> 6) | 1;
    quarantine = made;
    link_quarantine(made);
    pthread_setspecific(quarantine_key, made);
  }
  return made;
}

/* ---- Blocks come and go ------------------------------------------------------------------------------------------------- */

void panamem_hardened_hold(void *ctx, void *block) {
  struct quarantine *own = quarantine;
  if (UNLIKELY(own == NULL) && (own = make_quarantine()) == NULL) {
    panamem_arena_free(ctx, block);
    return;
  }
  own->random = panamem_random_next(own->random);
  void **place = &own->held[own->random >> 26];
  void *left = *place;
  *place = block;
  if (left != NULL) {
    panamem_arena_free(ctx, left);
  }
}

_Static_assert(HELD_MOST == 1u << (32 - 26), "the upper bits of a random number are a place");

void panamem_hardened_hold_large(void *ctx, void *block, size_t bytes) {
  static uint32_t next;
  void *left = block;
  if (bytes <= LARGE_HELD_BYTES) {
    uint32_t place = __atomic_fetch_add(&next, 1, __ATOMIC_RELAXED) % LARGE_HELD_MOST;
    left = __atomic_exchange_n(&large_held[place], block, __ATOMIC_ACQ_REL);
  }
  if (left != NULL) {
    panamem_arena_free(ctx, left);
  }
}

bool panamem_hardened_release_held(void *ctx) {
  bool any = false;
  for (uint32_t i = 0; quarantine != NULL && i < HELD_MOST; i++) {
    if (quarantine->held[i] != NULL) {
      panamem_arena_free(ctx, quarantine->held[i]);
      quarantine->held[i] = NULL;
      any = true;
    }
  }
  for (uint32_t i = 0; i < LARGE_HELD_MOST; i++) {
    void *block = __atomic_exchange_n(&large_held[i], NULL, __ATOMIC_ACQ_REL);
    if (block != NULL) {
      panamem_arena_free(ctx, block);
      any = true;
    }
  }
  return any;
}

/* ---- Counting ----------------------------------------------------------------------------------------------------------- */

static void count_held(const void *block, struct panamem_hardened_held held[PANAMEM_DOMAINS]) {
  if (block != NULL) {
    uint32_t domain = panamem_bin_domain(panamem_page_map()[panamem_page_of(block)]);
    held[domain].blocks++;
    held[domain].bytes += panamem_block_bytes(block);
  }
}

void panamem_hardened_count(struct panamem_hardened_held held[PANAMEM_DOMAINS]) {
  memset(held, 0, PANAMEM_DOMAINS * sizeof held[0]);
  panamem_lock(&lock);
  for (const struct quarantine *each = quarantines; each != NULL; each = each->next) {
    for (uint32_t i = 0; i < HELD_MOST; i++) {
      count_held(__atomic_load_n(&each->held[i], __ATOMIC_RELAXED), held);
    }
  }
  panamem_unlock(&lock);
  for (uint32_t i = 0; i < LARGE_HELD_MOST; i++) {
    count_held(__atomic_load_n(&large_held[i], __ATOMIC_RELAXED), held);
  }
}
