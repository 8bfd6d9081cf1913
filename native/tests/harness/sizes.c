/* SPDX-License-Identifier: Apache-2.0
 *
 * One thread, one block after another: every size, the zero sizes, the largest sizes, and chains of realloc.
 */
#include "harness.h"

#define LARGEST_BYTES ((size_t)4 << 20)

static size_t next_size(size_t bytes) {
  return bytes < 1100 ? bytes + 1 : bytes < 70000 ? bytes + 509 : bytes + bytes / 5;
}

static void one_size(const struct family *family, size_t bytes) {
  void *block = family->malloc(bytes);
  EXPECT(block != NULL && ((uintptr_t)block & 15) == 0);
  if (panamem_serves() && !hooks_are_on()) {
    EXPECT(panamem_usable_size(block) >= bytes);
  }
  fill(block, bytes, bytes);
  EXPECT(holds(block, bytes, bytes));
  block = family->realloc(block, bytes + bytes / 3 + 1);
  EXPECT(block != NULL && holds(block, bytes, bytes));
  block = family->realloc(block, bytes / 2);
  EXPECT(block != NULL && holds(block, bytes / 2, bytes));
  family->free(block);
}

void scenario_sizes(void) {
  for (const struct family *family = families; family < families + DOMAINS; family++) {
    for (size_t bytes = 0; bytes <= LARGEST_BYTES; bytes = next_size(bytes)) {
      one_size(family, bytes);
    }
  }
}

void scenario_zero_sizes(void) {
  for (const struct family *family = families; family < families + DOMAINS; family++) {
    void *blocks[] = {family->malloc(0),        family->malloc(0),         family->calloc(0, 0),
                      family->calloc(0, 8),     family->calloc(8, 0),      family->calloc(0, SIZE_MAX),
                      family->calloc(SIZE_MAX, 0), family->realloc(NULL, 0), family->realloc(family->malloc(100), 0)};
    int count = (int)(sizeof blocks / sizeof blocks[0]);
    for (int i = 0; i < count; i++) {
      EXPECT(blocks[i] != NULL);
      for (int j = 0; j < i; j++) {
        EXPECT(blocks[i] != blocks[j]);
      }
    }
    for (int i = 0; i < count; i++) {
      family->free(blocks[i]);
    }
    family->free(NULL);
  }
}

/* Memory that was written to before must come back as zero. */
static void calloc_after_use(const struct family *family, size_t bytes) {
  void *dirty[8];
  for (int i = 0; i < 8; i++) {
    dirty[i] = family->malloc(bytes);
    EXPECT(dirty[i] != NULL);
    fill(dirty[i], bytes, ~bytes);
  }
  for (int i = 0; i < 8; i++) {
    family->free(dirty[i]);
  }
  for (int i = 0; i < 8; i++) {
    dirty[i] = i % 2 == 0 ? family->calloc(bytes, 1) : family->calloc(1, bytes);
    EXPECT(dirty[i] != NULL && is_zero(dirty[i], bytes));
  }
  for (int i = 0; i < 8; i++) {
    family->free(dirty[i]);
  }
}

void scenario_calloc(void) {
  for (const struct family *family = families; family < families + DOMAINS; family++) {
    for (size_t bytes = 1; bytes <= LARGEST_BYTES; bytes += bytes / 2 + 1) {
      calloc_after_use(family, bytes);
    }
  }
}

/* CPython's own results for sizes that no machine has (the front end refuses; CPYTHON's Objects/obmalloc.c). */
void scenario_edges(void) {
  const size_t most = PY_SSIZE_T_MAX;
  for (const struct family *family = families; family < families + DOMAINS; family++) {
    void *block = family->malloc(1000);
    EXPECT(block != NULL);
    fill(block, 1000, 7);
    EXPECT(family->malloc(most + 1) == NULL);
    EXPECT(family->malloc(SIZE_MAX) == NULL);
    EXPECT(family->calloc(most, 2) == NULL);
    EXPECT(family->calloc(SIZE_MAX, SIZE_MAX) == NULL);
    EXPECT(family->realloc(block, most + 1) == NULL);
    EXPECT(family->realloc(NULL, most + 1) == NULL);
    /* allowed by the front end, refused by every allocator */
    EXPECT(family->malloc(most) == NULL);
    EXPECT(family->malloc(most - 64) == NULL);
    EXPECT(family->malloc((size_t)1 << 60) == NULL);
    EXPECT(family->calloc(most, 1) == NULL);
    EXPECT(family->calloc(most / 2, 2) == NULL);
    EXPECT(family->realloc(block, most) == NULL);
    EXPECT(family->realloc(block, (size_t)1 << 60) == NULL);
    EXPECT(holds(block, 1000, 7));
    family->free(block);
  }
}

/* Grows by half and shrinks by a third, with a neighbour allocated between steps so that in-place growth must stop. */
static void chain(const struct family *family, bool with_neighbour) {
  size_t bytes = 1;
  void *block = family->malloc(bytes);
  EXPECT(block != NULL);
  fill(block, bytes, 99);
  while (bytes < LARGEST_BYTES) {
    size_t larger = bytes + bytes / 2 + 1;
    void *neighbour = with_neighbour ? family->malloc(bytes) : NULL;
    block = family->realloc(block, larger);
    EXPECT(block != NULL && holds(block, bytes, 99));
    fill(block, larger, 99);
    family->free(neighbour);
    bytes = larger;
  }
  while (bytes > 1) {
    bytes = bytes * 2 / 3;
    block = family->realloc(block, bytes);
    EXPECT(block != NULL && holds(block, bytes, 99));
  }
  family->free(block);
}

void scenario_chains(void) {
  for (const struct family *family = families; family < families + DOMAINS; family++) {
    chain(family, false);
    chain(family, true);
  }
}
