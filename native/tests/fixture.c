/* SPDX-License-Identifier: Apache-2.0
 *
 * Heaps are replaced under the calling thread: its old struct is forgotten, not ended.
 */
#include "fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../entry.h"
#include "../heap.h"
#include "../range.h"
#include "../thread.h"

void thread_fresh(void) {
  panamem_self = panamem_thread_make();
  assert_non_null(panamem_self);
}

void heap_fresh(uint64_t range_bytes) {
  panamem_range_release();
  assert_true(panamem_range_reserve(range_bytes));
  assert_true(panamem_threads_start());
  panamem_heap.page_heap.dirty_cap_bytes = UINT64_MAX;
  panamem_heap.page_heap.decay_nanos = UINT64_MAX;
  panamem_state_set(PANAMEM_STATE_IDLE);
  thread_fresh();
}

uint64_t random_seed(void) {
  const char *text = getenv("PANAMEM_TEST_SEED");
  uint64_t seed = text != NULL ? strtoull(text, NULL, 0) : (uint64_t)time(NULL) * 1000003u;
  printf("PANAMEM_TEST_SEED=%llu\n", (unsigned long long)seed);
  return seed;
}

/* splitmix64 */
uint64_t random_next(uint64_t *state) {
  uint64_t mixed = *state += 0x9e3779b97f4a7c15u;
  mixed = (mixed ^ mixed >> 30) * 0xbf58476d1ce4e5b9u;
  mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111ebu;
  return mixed ^ mixed >> 31;
}

uint64_t random_below(uint64_t *state, uint64_t bound) {
  return random_next(state) % bound;
}

uint64_t random_bytes(uint64_t *state, uint64_t most) {
  static const uint64_t edges[] = {0, 1, 16, 17, 512, 513, 576, 577, 640, 641, 32768, 32769, 49152, 49153};
  uint64_t kind = random_below(state, 20);
  uint64_t bytes = kind < 12   ? random_below(state, 600)
                   : kind < 17 ? random_below(state, 33000)
                   : kind < 19 ? edges[random_below(state, sizeof edges / sizeof edges[0])]
                               : random_below(state, most + 1);
  return bytes > most ? most : bytes;
}

static uint8_t pattern(uint64_t index, uint64_t tag) {
  return (uint8_t)(tag * 167 + index * 13 + (index >> 8));
}

/* The ends and every 61st byte of long blocks: cheap, and any shifted copy shows. */
#define FOR_EACH_PROBE(index, bytes) \
  for (uint64_t index = 0; index < (bytes); index += index < 64 || (bytes) - index < 64 ? 1 : 61)

void fill_block(void *block, uint64_t bytes, uint64_t tag) {
  for (uint64_t index = 0; index < bytes; index++) {
    ((uint8_t *)block)[index] = pattern(index, tag);
  }
}

bool block_holds(const void *block, uint64_t bytes, uint64_t tag) {
  FOR_EACH_PROBE(index, bytes) {
    if (((const uint8_t *)block)[index] != pattern(index, tag)) {
      return false;
    }
  }
  return true;
}

void assert_prints(int (*print)(FILE *out), const char *expected) {
  char *text;
  size_t bytes;
  FILE *out = open_memstream(&text, &bytes);
  assert_int_equal(print(out), 1);
  fclose(out);
  assert_string_equal(text, expected);
  free(text);
}
