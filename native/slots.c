/* SPDX-License-Identifier: Apache-2.0
 *
 * Magazine slots live in metadata memory, one array per open magazine, with the sentinel 0 before the first slot. When
 * what the thread may be granted is spent, a magazine that misses takes from the one that is granted most, until all have a
 * fair share.
 */
#include "slots.h"

#include <stddef.h>
#include <string.h>

#include "heap.h"
#include "meta.h"

#define FIRST_CAPACITY 7u /* with the sentinel one cache line */
#define FIRST_PARTS 4      /* of the cap: what a thread may be granted at once */
#define MISSES_FOR_ALL 1024u

uint64_t panamem_magazine_cap_bytes = 4 << 20;
uint64_t panamem_magazine_first_bytes = 0;

/* What the calling thread knows of its exchange of slots. */
static __thread struct {
  const struct panamem_thread *thread;
  uint64_t most_bytes; /* no magazine is granted more: as when all were looked at last, or the most since */
  uint32_t misses;     /* while what it may be granted was spent; at most MISSES_FOR_ALL */
} exchange __attribute__((tls_model("initial-exec")));

static void begin_exchange(const struct panamem_thread *thread) {
  if (exchange.thread != thread) {
    exchange.thread = thread;
    exchange.most_bytes = UINT64_MAX;
    exchange.misses = 0;
  }
}

/* What the thread's magazines may be granted together: part of the cap, and the rest as it goes on missing. A thread that does
 * little, or ends soon, keeps little from the others. */
static uint64_t grantable_bytes(void) {
  if (exchange.misses == MISSES_FOR_ALL) {
    return panamem_magazine_cap_bytes;
  }
  uint64_t first_bytes = panamem_magazine_cap_bytes / FIRST_PARTS;
  return first_bytes + (panamem_magazine_cap_bytes - first_bytes) / MISSES_FOR_ALL * exchange.misses;
}

static size_t slots_bytes(uint32_t capacity) {
  return (capacity + 1) * sizeof(void *);
}

static uint32_t first_blocks(const struct panamem_class *class) {
  uint64_t bytes = __atomic_load_n(&panamem_magazine_first_bytes, __ATOMIC_RELAXED);
  return class->block_bytes < bytes ? (uint32_t)(bytes / class->block_bytes) : 1;
}

uint32_t panamem_slots_first(uint32_t bin) {
  return first_blocks(panamem_bin_class(bin));
}

static uint32_t first_capacity(const struct panamem_class *class) {
  uint32_t capacity = FIRST_CAPACITY;
  while (capacity < first_blocks(class)) {
    capacity = 2 * capacity + 1;
  }
  return capacity;
}

/* The next capacity of the class; the present one when it is the largest. Arrays fill powers of two. */
static uint32_t next_capacity(const struct panamem_class *class, uint32_t capacity) {
  uint32_t next = capacity == 0 ? first_capacity(class) : 2 * capacity + 1;
  next = next > class->magazine_most ? class->magazine_most : next;
  return next > capacity ? next : capacity;
}

/* Moves the magazine's blocks to slots of another capacity; false without memory. */
static bool resize(struct panamem_thread *thread, uint32_t bin, uint32_t capacity) {
  struct panamem_magazine *magazine = &thread->magazines[bin];
  uint32_t old_capacity = panamem_magazine_capacity(magazine);
  void **slots = panamem_meta_allocate_unset(slots_bytes(capacity));
  if (slots == NULL) {
    return false;
  }
  uint32_t count = (uint32_t)(magazine->top - magazine->base);
  memcpy(slots, magazine->base, (count + 1) * sizeof slots[0]);
  void **old_slots = old_capacity > 0 ? magazine->base : NULL;
  magazine->base = slots;
  magazine->top = slots + count;
  magazine->limit = slots + capacity;
  panamem_meta_free(old_slots, slots_bytes(old_capacity));
  uint64_t block_bytes = panamem_bin_class(bin)->block_bytes;
  thread->magazine_bytes += capacity * block_bytes;
  thread->magazine_bytes -= old_capacity * block_bytes;
  if (capacity * block_bytes > exchange.most_bytes) {
    exchange.most_bytes = capacity * block_bytes;
  }
  return true;
}

enum panamem_growth panamem_slots_grow(struct panamem_thread *thread, uint32_t bin) {
  const struct panamem_class *class = panamem_bin_class(bin);
  uint32_t capacity = panamem_magazine_capacity(&thread->magazines[bin]);
  uint32_t next = next_capacity(class, capacity);
  if (next == capacity) {
    return PANAMEM_AT_MOST;
  }
  uint64_t more_bytes = (uint64_t)(next - capacity) * class->block_bytes;
  begin_exchange(thread);
  if (capacity > 0 && thread->magazine_bytes + more_bytes > grantable_bytes()) {
    exchange.misses += exchange.misses < MISSES_FOR_ALL;
    return PANAMEM_OVER_CAP;
  }
  return resize(thread, bin, next) ? PANAMEM_GROWN : PANAMEM_AT_MOST;
}

bool panamem_slots_shrink(struct panamem_thread *thread, uint32_t bin) {
  return resize(thread, bin, panamem_magazine_capacity(&thread->magazines[bin]) / 2);
}

static uint64_t granted_bytes(const struct panamem_thread *thread, uint32_t bin) {
  return (uint64_t)panamem_magazine_capacity(&thread->magazines[bin]) * panamem_bin_class(bin)->block_bytes;
}

/* A thread whose exchange has come to rest asks at each miss: only a magazine that has grown since can be a victim. */
uint32_t panamem_slots_victim(const struct panamem_thread *thread, uint32_t bin) {
  uint64_t enough_bytes = 2 * granted_bytes(thread, bin);
  begin_exchange(thread);
  if (exchange.most_bytes <= enough_bytes) {
    return PANAMEM_BINS;
  }
  uint64_t most_bytes = 0;
  uint32_t victim = PANAMEM_BINS;
  for (uint32_t other = 0; other < PANAMEM_BINS; other++) {
    uint64_t bytes = granted_bytes(thread, other);
    if (bytes > most_bytes && panamem_magazine_capacity(&thread->magazines[other]) > FIRST_CAPACITY) {
      most_bytes = bytes;
      victim = other;
    }
  }
  exchange.most_bytes = most_bytes;
  return most_bytes > enough_bytes ? victim : PANAMEM_BINS;
}

uint32_t panamem_slots_ready(const struct panamem_magazine *magazine, void *const **slots) {
  void *const *base = __atomic_load_n(&magazine->base, __ATOMIC_RELAXED);
  void *const *top = __atomic_load_n(&magazine->top, __ATOMIC_RELAXED);
  void *const *limit = __atomic_load_n(&magazine->limit, __ATOMIC_RELAXED);
  *slots = base + 1;
  /* Slots are never unmapped: reading old ones is harmless, reading beyond any is not. */
  bool whole = base <= top && top <= limit && (size_t)(limit - base) * sizeof *base < PANAMEM_META_MOST_BYTES;
  return whole ? (uint32_t)(top - base) : 0;
}

static void *shut_slot;
static void *lent_slot; /* the sentinel of a magazine that is shut because its block is lent */

static void shut(struct panamem_magazine *magazine, void **sentinel) {
  uint32_t capacity = panamem_magazine_capacity(magazine);
  if (capacity > 0) {
    panamem_meta_free(magazine->base, slots_bytes(capacity));
    magazine->base = magazine->top = magazine->limit = sentinel;
  }
}

void panamem_slots_lend(struct panamem_thread *thread, uint32_t bin) {
  struct panamem_magazine *magazine = &thread->magazines[bin];
  thread->magazine_bytes -= granted_bytes(thread, bin);
  shut(magazine, &lent_slot);
}

bool panamem_slots_lent(struct panamem_thread *thread, uint32_t bin) {
  struct panamem_magazine *magazine = &thread->magazines[bin];
  bool lent = magazine->base == &lent_slot;
  if (lent) {
    magazine->base = magazine->top = magazine->limit = &shut_slot;
  }
  return lent;
}

void panamem_slots_close(struct panamem_thread *thread) {
  for (uint32_t bin = 0; bin < PANAMEM_MAGAZINES; bin++) {
    shut(&thread->magazines[bin], &shut_slot);
  }
}
