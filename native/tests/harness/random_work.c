/* SPDX-License-Identifier: Apache-2.0
 *
 * Random operations against a table that knows what every live block must hold.
 */
#include <stdlib.h>

#include "harness.h"

struct slot {
  void *block;
  size_t bytes;
  uint64_t mark;
  const struct family *family;
};

static void allocate(struct slot *slot, struct random *random) {
  uint64_t choice = next_random(random);
  slot->family = &families[choice % DOMAINS];
  slot->bytes = random_bytes(random);
  slot->mark = next_random(random);
  if ((choice & 0x300) == 0) {
    slot->block = slot->family->calloc(slot->bytes, 1);
    EXPECT(slot->block != NULL && is_zero(slot->block, slot->bytes));
  } else {
    slot->block = slot->family->malloc(slot->bytes);
    EXPECT(slot->block != NULL);
  }
  EXPECT(((uintptr_t)slot->block & 15) == 0);
  fill(slot->block, slot->bytes, slot->mark);
}

static void resize(struct slot *slot, struct random *random) {
  size_t bytes = random_bytes(random);
  size_t kept = bytes < slot->bytes ? bytes : slot->bytes;
  slot->block = slot->family->realloc(slot->block, bytes);
  EXPECT(slot->block != NULL && holds(slot->block, kept, slot->mark));
  slot->bytes = bytes;
  fill(slot->block, bytes, slot->mark);
}

static void release(struct slot *slot) {
  EXPECT(holds(slot->block, slot->bytes, slot->mark));
  slot->family->free(slot->block);
  slot->block = NULL;
}

void work_at_random(uint64_t seed, int operations, int slots) {
  struct random random = {seed * 2 + 1};
  struct slot *table = calloc((size_t)slots, sizeof *table);
  EXPECT(table != NULL);
  for (int i = 0; i < operations; i++) {
    struct slot *slot = &table[next_random(&random) % (uint64_t)slots];
    if (slot->block == NULL) {
      allocate(slot, &random);
    } else if (next_random(&random) % 4 == 0) {
      resize(slot, &random);
    } else {
      release(slot);
    }
  }
  for (int i = 0; i < slots; i++) {
    if (table[i].block != NULL) {
      release(&table[i]);
    }
  }
  free(table);
}

void scenario_random(void) {
  for (uint64_t seed = 1; seed <= 4; seed++) {
    work_at_random(seed, 20000, 500);
  }
}
