/* SPDX-License-Identifier: Apache-2.0
 *
 * Magazine slots live in metadata memory, one array per open magazine, with the sentinel 0 before the first slot.
 */
#include "slots.h"

#include <stddef.h>
#include <string.h>

#include "heap.h"
#include "meta.h"

#define FIRST_CAPACITY 7u /* with the sentinel one cache line */

uint64_t panamem_magazine_cap_bytes = 2 << 20;

static size_t slots_bytes(uint32_t capacity) {
  return (capacity + 1) * sizeof(void *);
}

/* What the capacity becomes; equal to the present one when it may not grow. Arrays fill powers of two. */
static uint32_t next_capacity(const struct panamem_thread *thread, uint32_t bin, uint32_t capacity) {
  const struct panamem_class *class = panamem_bin_class(bin);
  uint32_t next = capacity == 0 ? FIRST_CAPACITY : 2 * capacity + 1;
  if (next > class->magazine_most) {
    next = class->magazine_most;
  }
  if (next <= capacity) {
    return capacity;
  }
  uint64_t more_bytes = (uint64_t)(next - capacity) * class->block_bytes;
  bool granted = capacity == 0 || thread->magazine_bytes + more_bytes <= panamem_magazine_cap_bytes;
  return granted ? next : capacity;
}

bool panamem_slots_grow(struct panamem_thread *thread, uint32_t bin) {
  struct panamem_magazine *magazine = &thread->magazines[bin];
  uint32_t capacity = panamem_magazine_capacity(magazine);
  uint32_t next = next_capacity(thread, bin, capacity);
  if (next == capacity) {
    return false;
  }
  void **slots = panamem_meta_allocate(slots_bytes(next));
  if (slots == NULL) {
    return false;
  }
  uint32_t count = (uint32_t)(magazine->top - magazine->base);
  memcpy(slots, magazine->base, (count + 1) * sizeof slots[0]);
  void **old_slots = capacity > 0 ? magazine->base : NULL;
  magazine->base = slots;
  magazine->top = slots + count;
  magazine->limit = slots + next;
  panamem_meta_free(old_slots, slots_bytes(capacity));
  thread->magazine_bytes += (uint64_t)(next - capacity) * panamem_bin_class(bin)->block_bytes;
  return true;
}

void panamem_slots_close(struct panamem_thread *thread) {
  static void *shut_slot;
  for (uint32_t bin = 0; bin < PANAMEM_BINS; bin++) {
    struct panamem_magazine *magazine = &thread->magazines[bin];
    uint32_t capacity = panamem_magazine_capacity(magazine);
    if (capacity > 0) {
      panamem_meta_free(magazine->base, slots_bytes(capacity));
      magazine->base = magazine->top = magazine->limit = &shut_slot;
    }
  }
}
