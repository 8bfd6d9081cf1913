/* SPDX-License-Identifier: Apache-2.0
 *
 * A small change of the bytes is a small change of the program: every value takes a fixed number of them.
 */
#include "fuzz.h"

#include "../../heap.h"

#define MIB ((size_t)1 << 20)

uint8_t input_byte(struct input *input) {
  if (input->left == 0) {
    return 0;
  }
  input->left--;
  return *input->bytes++;
}

static uint32_t two_bytes(struct input *input) {
  uint32_t low = input_byte(input);
  return low | (uint32_t)input_byte(input) << 8;
}

uint32_t input_below(struct input *input, uint32_t bound) {
  return (bound <= 256 ? input_byte(input) : two_bytes(input)) % bound;
}

/* Around a multiple of something: 2 below to 2 above it. */
static size_t near_edge(size_t edge, uint32_t choice) {
  return edge + choice % 5 < 2 ? 0 : edge + choice % 5 - 2;
}

size_t input_bytes(struct input *input) {
  uint32_t kind = input_byte(input) % 16;
  uint32_t value = two_bytes(input);
  switch (kind) {
    case 0:
      return value % 4;
    case 1:
    case 2:
    case 3:
    case 4:
      return value % 513;
    case 5:
      return near_edge((size_t)PANAMEM_ALIGNMENT * (value / 5 % 33), value);
    case 6:
    case 7: { /* classes of all sizes, as the heap has them */
      uint32_t class = 1 + value / 5 % PANAMEM_CLASS_COUNT;
      return near_edge(panamem_heap.classes[class].block_bytes, value);
    }
    case 8:
      return value % 4097;
    case 9:
      return value % 32769;
    case 10:
      return near_edge(PANAMEM_SMALL_MAX_BYTES, value);
    case 11:
      return near_edge((size_t)PANAMEM_PAGE_BYTES * (value / 5 % 16), value);
    case 12: /* whole pages, up to what a shelf holds and beyond */
      return near_edge((size_t)PANAMEM_PAGE_BYTES * (value / 5 % (PANAMEM_SHELF_PAGES_MOST + 4)), value);
    case 13:
      return near_edge(MIB * (value / 5 % 3), value);
    case 14:
      return (size_t)value * 16; /* up to 1 MiB */
    default:
      return (size_t)value * 64; /* up to 4 MiB */
  }
}

size_t input_absurd_bytes(struct input *input) {
  size_t most = PY_SSIZE_T_MAX;
  uint32_t value = input_byte(input);
  switch (value % 8) {
    case 0:
      return most - value / 8;
    case 1:
      return most + 1 + value / 8;
    case 2:
      return SIZE_MAX - value / 8;
    case 3:
      return ((size_t)1 << PANAMEM_REQUEST_SHIFT) - 2 + value / 8;
    case 4:
      return (size_t)1 << 60;
    case 5:
      return most - (size_t)PANAMEM_PAGE_BYTES * (value / 8);
    case 6:
      return ((size_t)1 << 62) + value;
    default:
      return SIZE_MAX - (size_t)PANAMEM_PAGE_BYTES * (value / 8) - 40;
  }
}

uint64_t random_next(uint64_t *state) {
  *state ^= *state >> 12;
  *state ^= *state << 25;
  *state ^= *state >> 27;
  return *state * 0x2545f4914f6cdd1du;
}
