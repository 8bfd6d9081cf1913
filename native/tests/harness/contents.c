/* SPDX-License-Identifier: Apache-2.0
 *
 * What a block holds follows from its mark, so a block that was moved, shared or overwritten shows itself.
 */
#include <string.h>

#include "harness.h"

static uint64_t word_of(uint64_t mark, size_t index) {
  return (mark + index) * 0x9e3779b97f4a7c15u;
}

void fill(void *block, size_t bytes, uint64_t mark) {
  char *at = block;
  for (size_t i = 0; i < bytes; i += sizeof(uint64_t)) {
    uint64_t word = word_of(mark, i);
    memcpy(at + i, &word, bytes - i < sizeof word ? bytes - i : sizeof word);
  }
}

bool holds(const void *block, size_t bytes, uint64_t mark) {
  const char *at = block;
  for (size_t i = 0; i < bytes; i += sizeof(uint64_t)) {
    uint64_t word = word_of(mark, i);
    if (memcmp(at + i, &word, bytes - i < sizeof word ? bytes - i : sizeof word) != 0) {
      return false;
    }
  }
  return true;
}

bool is_zero(const void *block, size_t bytes) {
  const char *at = block;
  return bytes == 0 || (at[0] == 0 && memcmp(at, at + 1, bytes - 1) == 0);
}

uint64_t next_random(struct random *random) {
  uint64_t state = random->state;
  state ^= state >> 12;
  state ^= state << 25;
  state ^= state >> 27;
  random->state = state;
  return state * 0x2545f4914f6cdd1du;
}

size_t random_bytes(struct random *random) {
  uint64_t kind = next_random(random) % 1000;
  size_t most = kind < 10 ? 1 : kind < 800 ? 512 : kind < 980 ? 32 << 10 : 1 << 20;
  return (size_t)(next_random(random) % most);
}
