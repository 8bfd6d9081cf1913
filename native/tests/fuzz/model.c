/* SPDX-License-Identifier: Apache-2.0
 *
 * What lives where, and what it must hold. A block that was moved wrongly, shared or overwritten shows itself by its contents.
 */
#include "fuzz.h"

#include <string.h>

#define SERVED_BYTES ((size_t)10 << 20) /* so much must always be had at once, in blocks of up to … */
#define SERVED_BLOCK_BYTES ((size_t)1 << 20)
#define DENSE_BYTES 4096  /* the contents of larger blocks are looked at … */
#define STRIDE_BYTES 1024 /* … every so often, and at their end */

/* ---- Contents ----------------------------------------------------------------------------------------------------------- */

static uint64_t word_at(uint64_t mark, size_t offset) {
  return (mark + offset) * 0x9e3779b97f4a7c15u;
}

static size_t stride(size_t bytes) {
  return bytes <= DENSE_BYTES ? sizeof(uint64_t) : STRIDE_BYTES;
}

/* The last word is written and read even where the stride does not meet it. */
static size_t word_bytes(size_t bytes, size_t offset) {
  return bytes - offset < sizeof(uint64_t) ? bytes - offset : sizeof(uint64_t);
}

static void put_word(uint8_t *block, size_t bytes, size_t offset, uint64_t mark) {
  uint64_t word = word_at(mark, offset);
  memcpy(block + offset, &word, word_bytes(bytes, offset));
}

static void fill(uint8_t *block, size_t bytes, uint64_t mark) {
  for (size_t offset = 0; offset < bytes; offset += stride(bytes)) {
    put_word(block, bytes, offset, mark);
  }
  if (bytes > DENSE_BYTES) {
    put_word(block, bytes, (bytes - 1) & ~(size_t)7, mark);
  }
}

static void hold_word(const struct slot *slot, const uint8_t *block, size_t kept, size_t offset) {
  uint64_t word = word_at(slot->mark, offset);
  EXPECT(memcmp(block + offset, &word, word_bytes(kept, offset)) == 0,
         "the block %p of %zu bytes, domain %d, does not hold what was written to it at %zu of %zu", (const void *)block,
         slot->bytes, slot->domain, offset, kept);
}

/* The first kept bytes of what the slot's block held. */
static void hold(const struct slot *slot, const uint8_t *block, size_t kept) {
  for (size_t offset = 0; offset < kept; offset += stride(slot->bytes)) {
    hold_word(slot, block, kept, offset);
  }
  if (slot->bytes > DENSE_BYTES && kept == slot->bytes) {
    hold_word(slot, block, kept, (kept - 1) & ~(size_t)7);
  }
}

static void be_zero(const uint8_t *block, size_t bytes) {
  EXPECT(bytes == 0 || (block[0] == 0 && memcmp(block, block + 1, bytes - 1) == 0), "calloc(%zu) is not zeroed", bytes);
}

/* ---- Places ------------------------------------------------------------------------------------------------------------- */

static size_t extent(const struct world *world, const uint8_t *block, size_t bytes) {
  size_t usable = mode.usable && !world->hooks_set ? panamem_usable_size(block) : bytes;
  EXPECT(usable >= bytes, "panamem_usable_size says %zu of a block of %zu bytes", usable, bytes);
  return usable == 0 ? 1 : usable;
}

static void lie_apart(const struct world *world, const struct slot *slot, const uint8_t *block, size_t bytes) {
  size_t whole = extent(world, block, bytes);
  for (const struct slot *other = world->slots; other < world->slots + SLOTS; other++) {
    bool apart = other == slot || other->block == NULL || block + whole <= other->block ||
                 other->block + (other->bytes == 0 ? 1 : other->bytes) <= block;
    EXPECT(apart, "blocks overlap: %p of %zu bytes, and %p of %zu bytes of domain %d", (const void *)block, whole,
           (void *)other->block, other->bytes, other->domain);
  }
}

bool must_serve(const struct world *world, size_t bytes) {
  return !mode.limited && !world->limited && !world->planned && !world->os_refuses && bytes <= SERVED_BLOCK_BYTES &&
         world->live_bytes + bytes <= SERVED_BYTES;
}

/* Counts the slot's block in (1) or out (-1). */
static void count(struct world *world, const struct slot *slot, int sign) {
  uint64_t one = (uint64_t)(int64_t)sign;
  world->live_blocks[slot->domain] += one;
  world->live_bytes += one * slot->bytes;
}

static void place(struct world *world, struct slot *slot, uint8_t *block, size_t bytes) {
  EXPECT(((uintptr_t)block & 15) == 0, "%p of %zu bytes is not aligned", (void *)block, bytes);
  lie_apart(world, slot, block, bytes);
  slot->block = block;
  slot->bytes = bytes;
  count(world, slot, 1);
  model_refill(world, slot);
}

static bool was_refused(const struct world *world, const void *block, size_t bytes) {
  EXPECT(block != NULL || !must_serve(world, bytes), "a request for %zu bytes was refused for no reason; %zu bytes are live",
         bytes, world->live_bytes);
  totals.refusals += block == NULL;
  return block == NULL;
}

void model_made(struct world *world, struct slot *slot, int domain, void *block, size_t bytes, bool zeroed) {
  if (was_refused(world, block, bytes)) {
    return;
  }
  if (zeroed) {
    be_zero(block, bytes);
  }
  slot->domain = domain;
  slot->made = world->made;
  place(world, slot, block, bytes);
}

void model_resized(struct world *world, struct slot *slot, void *block, size_t bytes) {
  if (was_refused(world, block, bytes)) {
    model_verify(slot);
    return;
  }
  hold(slot, block, bytes < slot->bytes ? bytes : slot->bytes);
  count(world, slot, -1);
  place(world, slot, block, bytes);
}

void model_refill(struct world *world, struct slot *slot) {
  slot->mark = ++world->made;
  fill(slot->block, slot->bytes, slot->mark);
}

void model_verify(const struct slot *slot) {
  hold(slot, slot->block, slot->bytes);
}

void *model_taken(struct world *world, struct slot *slot) {
  void *block = slot->block;
  model_verify(slot);
  count(world, slot, -1);
  slot->block = NULL;
  return block;
}

/* ---- Counts ------------------------------------------------------------------------------------------------------------- */

struct census {
  struct world *world;
  uint64_t seen;
};

static int visit(void *block, size_t usable_bytes, int domain, void *argument) {
  struct census *census = argument;
  census->seen++;
  if (!mode.usable || census->world->hooks_set) {
    return 1;
  }
  for (const struct slot *slot = census->world->slots; slot < census->world->slots + SLOTS; slot++) {
    if (slot->block == block) {
      EXPECT(slot->domain == domain && slot->bytes <= usable_bytes, "the walk tells %p as %zu bytes of domain %d", block,
             usable_bytes, domain);
      return 1;
    }
  }
  broken("the walk tells %p, %zu bytes of domain %d, which nobody has", block, usable_bytes, domain);
}

static void agree(const struct world *world, int domain, const struct panamem_domain_statistics *told) {
  uint64_t live = world->live_blocks[domain];
  EXPECT(!mode.counts_all || told->live_blocks == live, "domain %d: statistics tell %lu live blocks, and there are %lu", domain,
         told->live_blocks, live);
}

static uint64_t sum(const uint64_t blocks[DOMAINS]) {
  return blocks[0] + blocks[1] + blocks[2];
}

void model_count(struct world *world) {
  uint64_t live = sum(world->live_blocks);
  struct panamem_statistics statistics = {.struct_bytes = sizeof statistics};
  EXPECT(panamem_get_statistics(&statistics) == 0, "no statistics");
  for (int domain = 0; domain < DOMAINS; domain++) {
    const struct panamem_domain_statistics *told = &statistics.domains[domain];
    agree(world, domain, told);
    EXPECT(live > 0 || (told->live_blocks == 0 && told->live_bytes == 0),
           "domain %d: %lu blocks of %lu bytes are live after all", domain, told->live_blocks, told->live_bytes);
  }
  struct census census = {.world = world};
  if (world->os_refuses) {
    return; /* the walk needs memory too */
  }
  EXPECT(panamem_walk(visit, &census) == (int64_t)census.seen, "the walk miscounts");
  EXPECT(census.seen <= live && (census.seen == live || !mode.counts_all), "the walk tells %lu blocks, and there are %lu",
         census.seen, live);
}
