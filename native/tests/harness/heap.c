/* SPDX-License-Identifier: Apache-2.0
 *
 * What only Panamem's own heap can answer: limits, the walk and purging.
 */
#include <stdlib.h>

#include "harness.h"

#define MIB ((uint64_t)1 << 20)
#define LIMIT_BYTES (48 * MIB)
#define MOST_BLOCKS 200000

static struct panamem_statistics statistics(void) {
  struct panamem_statistics now = {.struct_bytes = sizeof now};
  EXPECT(panamem_get_statistics(&now) == 0);
  return now;
}

/* Takes blocks of one size until the heap says no; answers how many. */
static size_t take_until_refused(const struct family *family, size_t bytes, void **blocks) {
  size_t count = 0;
  while (count < MOST_BLOCKS && (blocks[count] = family->malloc(bytes)) != NULL) {
    fill(blocks[count], bytes < 64 ? bytes : 64, count);
    count++;
  }
  EXPECT(count > 0 && count < MOST_BLOCKS);
  return count;
}

static void give_back(const struct family *family, size_t bytes, void **blocks, size_t count) {
  for (size_t i = 0; i < count; i++) {
    EXPECT(holds(blocks[i], bytes < 64 ? bytes : 64, i));
    family->free(blocks[i]);
  }
}

/* Refused, then recovered by frees alone: as many blocks again, give or take what magazines hold. */
static void refuse_and_recover(const struct family *family, size_t bytes, void **blocks) {
  size_t count = take_until_refused(family, bytes, blocks);
  EXPECT(family->calloc(1, bytes) == NULL);
  void *grown = family->realloc(blocks[0], 64 * MIB);
  EXPECT(grown == NULL);
  give_back(family, bytes, blocks, count);
  size_t again = take_until_refused(family, bytes, blocks);
  EXPECT(again >= count - count / 4);
  give_back(family, bytes, blocks, again);
}

static const size_t limited_sizes[] = {512, 4096, 30000, 300000, 5 << 20};

void scenario_limit(void) {
  void **blocks = malloc(MOST_BLOCKS * sizeof *blocks);
  EXPECT(blocks != NULL);
  panamem_purge(0);
  EXPECT(panamem_limit(PANAMEM_ALL_DOMAINS, LIMIT_BYTES) == 0);
  EXPECT(statistics().limit_bytes == LIMIT_BYTES);
  for (size_t i = 0; i < sizeof limited_sizes / sizeof limited_sizes[0]; i++) {
    for (const struct family *family = families; family < families + DOMAINS; family++) {
      refuse_and_recover(family, limited_sizes[i], blocks);
      EXPECT(statistics().committed_bytes <= LIMIT_BYTES);
    }
  }
  EXPECT(panamem_limit(PANAMEM_ALL_DOMAINS, 0) == 0);
  void *block = families[1].malloc(2 * LIMIT_BYTES);
  EXPECT(block != NULL);
  families[1].free(block);
  EXPECT(panamem_limit(7, LIMIT_BYTES) == -1);
  free(blocks);
}

void scenario_domain_limit(void) {
  void **blocks = malloc(MOST_BLOCKS * sizeof *blocks);
  EXPECT(blocks != NULL);
  panamem_purge(0);
  EXPECT(panamem_limit(PYMEM_DOMAIN_OBJ, LIMIT_BYTES) == 0);
  size_t count = take_until_refused(&families[PYMEM_DOMAIN_OBJ], 4000, blocks);
  void *other = families[PYMEM_DOMAIN_MEM].malloc(2 * LIMIT_BYTES);
  EXPECT(other != NULL);
  families[PYMEM_DOMAIN_MEM].free(other);
  give_back(&families[PYMEM_DOMAIN_OBJ], 4000, blocks, count);
  EXPECT(panamem_limit(PYMEM_DOMAIN_OBJ, 0) == 0);
  free(blocks);
}

/* ---- Walk -------------------------------------------------------------------------------------------------------------------------- */

#define WALKED 300

struct walk {
  void **blocks;
  int seen;
  const char *last;
};

static int visit(void *block, size_t usable_bytes, int domain, void *argument) {
  struct walk *walk = argument;
  EXPECT((const char *)block > walk->last);
  walk->last = block;
  for (int i = 0; i < WALKED; i++) {
    const char *own = walk->blocks[i];
    if (own >= (char *)block && own < (char *)block + usable_bytes) {
      EXPECT(domain == i % DOMAINS);
      walk->seen++;
    }
  }
  return 1;
}

void scenario_walk(void) {
  void *blocks[WALKED];
  uint64_t live = 0;
  for (int i = 0; i < WALKED; i++) {
    blocks[i] = families[i % DOMAINS].malloc((size_t)i * 300);
    EXPECT(blocks[i] != NULL);
  }
  struct walk walk = {blocks, 0, NULL};
  int64_t visited = panamem_walk(visit, &walk);
  struct panamem_statistics now = statistics();
  for (int domain = 0; domain < DOMAINS; domain++) {
    live += now.domains[domain].live_blocks;
  }
  EXPECT(walk.seen == WALKED);
  EXPECT(visited == (int64_t)live);
  for (int i = 0; i < WALKED; i++) {
    families[i % DOMAINS].free(blocks[i]);
  }
}

/* ---- Purge ------------------------------------------------------------------------------------------------------------------------ */

void scenario_purge(void) {
  void *blocks[64];
  for (int i = 0; i < 64; i++) {
    blocks[i] = families[1].malloc(MIB);
    EXPECT(blocks[i] != NULL);
    fill(blocks[i], MIB, (uint64_t)i);
  }
  struct panamem_statistics full = statistics();
  for (int i = 0; i < 64; i++) {
    families[1].free(blocks[i]);
  }
  uint64_t given = panamem_purge(0);
  struct panamem_statistics now = statistics();
  uint64_t returned = now.returned_bytes - full.returned_bytes;
  EXPECT(returned >= 60 * MIB && returned >= given); /* frees purge by themselves, too */
  EXPECT(now.dirty_bytes == 0);
  EXPECT(now.committed_bytes + 60 * MIB < full.committed_bytes);
  void *block = families[1].calloc(1, 8 * MIB);
  EXPECT(block != NULL && is_zero(block, 8 * MIB));
  families[1].free(block);
}
