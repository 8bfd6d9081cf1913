/* SPDX-License-Identifier: Apache-2.0
 *
 * A magazine that is dry takes from the depot, then from the pools that Java has made; Java is asked for a further pool. One
 * that is full goes the same ways: Java takes back the block whose pool may go. Where Java does not serve, the fallback does.
 */
#include "stock.h"

#include <string.h>

#include "bin.h"
#include "depot.h"
#include "entry.h"
#include "fallback.h"
#include "heap.h"
#include "invalid.h"
#include "lock.h"
#include "ready.h"
#include "slots.h"

static struct panamem_magazine *magazine_of(struct panamem_thread *thread, uint32_t bin) {
  return &thread->magazines[bin];
}

static uint32_t count_of(const struct panamem_magazine *magazine) {
  return (uint32_t)(magazine->top - magazine->base);
}

/* Closes the gap after the magazine's oldest count blocks went elsewhere. */
static void drop_oldest(struct panamem_magazine *magazine, uint32_t count) {
  memmove(magazine->base + 1, magazine->base + 1 + count, (count_of(magazine) - count) * sizeof magazine->base[0]);
  magazine->top -= count;
}

static bool leave_in_depot(struct panamem_magazine *magazine, uint32_t bin, uint32_t count) {
  bool left = panamem_depot_put(bin, magazine->base + 1, count);
  if (left) {
    drop_oldest(magazine, count);
  }
  return left;
}

/* Gives the magazine's oldest blocks back, up to one whose pool Java may let go; how many. */
static uint32_t give_to_pools(uint32_t bin, void *const *blocks, uint32_t count) {
  panamem_lock(&panamem_heap.bins[bin].lock);
  uint32_t given = panamem_bin_give_there(bin, blocks, count);
  bool is_out = given == count || panamem_bin_is_out(bin, blocks[given]);
  panamem_unlock(&panamem_heap.bins[bin].lock);
  if (!is_out) {
    panamem_invalid_block("free", blocks[given]);
  }
  return given;
}

/* To Java, or by the fallback. 0 when attaching left the magazine empty. */
static uint32_t give_to_owner(struct panamem_thread *thread, uint32_t bin, uint32_t count) {
  const struct panamem_magazine *magazine = magazine_of(thread, bin);
  bool crosses = panamem_gate_open(thread);
  count = count < count_of(magazine) ? count : count_of(magazine);
  if (count == 0) {
    return 0;
  }
  uint32_t given = crosses ? (uint32_t)panamem_cross(thread, PANAMEM_ENTRY_FLUSH, (int64_t)thread, bin, 1)
                           : panamem_fallback_flush(thread, bin, count);
  if (given == 0) {
    panamem_invalid_block("free", magazine->base[1]);
  }
  return given;
}

/* Gives the magazine's oldest count blocks back, or as many as are left: attaching may allocate and free. */
static void flush(struct panamem_thread *thread, uint32_t bin, uint32_t count) {
  struct panamem_magazine *magazine = magazine_of(thread, bin);
  if (leave_in_depot(magazine, bin, count)) {
    return;
  }
  while (count > 0 && count_of(magazine) > 0) {
    count = count < count_of(magazine) ? count : count_of(magazine);
    bool java_serves = panamem_state() == PANAMEM_STATE_READY;
    uint32_t given = java_serves ? give_to_pools(bin, magazine->base + 1, count) : 0;
    if (given == 0) {
      given = give_to_owner(thread, bin, count);
    }
    drop_oldest(magazine, given);
    count -= given;
  }
}

/* False when there is no memory for the smaller slots, or attaching filled it again. */
static bool shrink(struct panamem_thread *thread, uint32_t bin) {
  const struct panamem_magazine *magazine = magazine_of(thread, bin);
  uint32_t keep = panamem_magazine_capacity(magazine) / 2;
  if (count_of(magazine) > keep) {
    flush(thread, bin, count_of(magazine) - keep);
  }
  return count_of(magazine) <= panamem_magazine_capacity(magazine) / 2 && panamem_slots_shrink(thread, bin);
}

/* The magazine missed: grow it, if need be at the cost of larger ones. False when it stays as it is. */
static bool grow(struct panamem_thread *thread, uint32_t bin) {
  enum panamem_growth growth = panamem_slots_grow(thread, bin);
  while (growth == PANAMEM_OVER_CAP) {
    uint32_t victim = panamem_slots_victim(thread, bin);
    if (victim == PANAMEM_BINS || !shrink(thread, victim)) {
      return false;
    }
    growth = panamem_slots_grow(thread, bin);
  }
  return growth == PANAMEM_GROWN;
}

/* How many blocks a magazine that is dry takes: many classes are asked for once, as a list grows. */
static uint32_t refill_of(struct panamem_thread *thread, uint32_t bin, bool first) {
  return first ? panamem_slots_first(bin) : panamem_magazine_batch(panamem_magazine_capacity(magazine_of(thread, bin)));
}

static uint32_t take_there(uint32_t bin, uint32_t count, void **slots) {
  panamem_lock(&panamem_heap.bins[bin].lock);
  uint32_t taken = panamem_bin_take_there(bin, count, slots);
  panamem_unlock(&panamem_heap.bins[bin].lock);
  return taken;
}

/* Fills the magazine below the block on its top, which has the lowest address and stays there. */
static uint32_t fill_below_top(struct panamem_magazine *magazine, uint32_t bin, uint32_t count) {
  void *top_block = *magazine->top;
  uint32_t room = (uint32_t)(magazine->limit - magazine->top);
  count = count < room ? count : room;
  uint32_t taken = take_there(bin, count, magazine->top);
  magazine->top += taken;
  *magazine->top = top_block;
  return taken;
}

/* Java makes a pool and takes its first block. The others are taken here: a loop over them would be most of the crossing's time,
 * as C1 compiles it. */
static uint32_t refill_by_java(struct panamem_thread *thread, uint32_t bin, uint32_t count) {
  uint32_t pushed = (uint32_t)panamem_cross_for_blocks(thread, PANAMEM_ENTRY_REFILL, (int64_t)thread, bin, 1);
  return pushed == 0 ? 0 : pushed + fill_below_top(magazine_of(thread, bin), bin, count - 1);
}

/* From Java or the fallback. The gate is asked first, and by the review: attaching may allocate and free, and so fill or shut
 * the magazine. */
static uint32_t refill_by_owner(struct panamem_thread *thread, uint32_t bin, bool first) {
  const struct panamem_magazine *magazine = magazine_of(thread, bin);
  panamem_ready_review(thread);
  bool crosses = panamem_gate_open(thread);
  if (magazine->top != magazine->base) {
    return count_of(magazine);
  }
  if (panamem_magazine_capacity(magazine) == 0 && !grow(thread, bin)) {
    return 0;
  }
  uint32_t count = refill_of(thread, bin, first);
  if (crosses) {
    return refill_by_java(thread, bin, count);
  }
  uint32_t taken = panamem_fallback_refill(thread, bin, count, panamem_fallback_reason());
  return taken == 0 && panamem_fallback_clear_shelves(thread, 0) > 0
             ? panamem_fallback_refill(thread, bin, count, panamem_fallback_reason())
             : taken;
}

/* From pools that Java has made, while it serves. Looking at the shelves may cross, and attaching fill or shut the magazine. */
static uint32_t take_from_pools(struct panamem_thread *thread, uint32_t bin, bool first) {
  const struct panamem_magazine *magazine = magazine_of(thread, bin);
  if (panamem_state() != PANAMEM_STATE_READY) {
    return 0;
  }
  panamem_ready_look(thread);
  if (magazine->top != magazine->base || panamem_magazine_capacity(magazine) == 0) {
    return 0;
  }
  return take_there(bin, refill_of(thread, bin, first), magazine->top + 1);
}

uint32_t panamem_stock_refill(struct panamem_thread *thread, uint32_t bin) {
  struct panamem_magazine *magazine = magazine_of(thread, bin);
  bool first = panamem_magazine_capacity(magazine) == 0;
  grow(thread, bin); /* may flush another one, and attach for that */
  if (panamem_magazine_capacity(magazine) == 0 || magazine->top != magazine->base) {
    return count_of(magazine);
  }
  uint32_t taken = panamem_depot_take(bin, magazine->top + 1, refill_of(thread, bin, first));
  if (taken == 0) {
    taken = take_from_pools(thread, bin, first);
  }
  if (taken == 0) {
    return refill_by_owner(thread, bin, first);
  }
  magazine->top += taken;
  return taken;
}

#define CONSUMER_CAPACITY 31u

/* A thread that only frees what others allocate needs no stock: the fewer blocks lie with it, the sooner they are used again. */
static bool only_frees(const struct panamem_magazine *magazine) {
  return magazine->allocations == 0 && panamem_magazine_capacity(magazine) >= CONSUMER_CAPACITY;
}

void panamem_stock_relieve(struct panamem_thread *thread, uint32_t bin) {
  struct panamem_magazine *magazine = magazine_of(thread, bin);
  if (magazine->top != magazine->limit) {
    return;
  }
  if ((only_frees(magazine) && leave_in_depot(magazine, bin, count_of(magazine))) || grow(thread, bin)) {
    return;
  }
  uint32_t capacity = panamem_magazine_capacity(magazine);
  if (capacity > 0) { /* else there is no memory for slots */
    flush(thread, bin, panamem_magazine_batch(capacity));
  }
}
