/* SPDX-License-Identifier: Apache-2.0
 *
 * The layout of a block with padding, as CPython's debug hooks make it.
 *
 *   b = p - 16                                       S = sizeof(size_t) = 8
 *   b[0 .. 8)        n, the bytes asked for, big-endian
 *   b[8]             API id of the domain: 'r', 'm' or 'o'
 *   b[9 .. 16)       forbidden bytes
 *   p[0 .. n)        the caller's: clean bytes from malloc, zeros from calloc, dead bytes after free
 *   p[n .. n + 8)    forbidden bytes
 */
#ifndef PANAMEM_NATIVE_DEBUG_LAYOUT_H
#define PANAMEM_NATIVE_DEBUG_LAYOUT_H

#include <stdint.h>
#include <string.h>

#define PANAMEM_DEBUG_CLEAN 0xCD
#define PANAMEM_DEBUG_DEAD 0xDD
#define PANAMEM_DEBUG_FORBIDDEN 0xFD

/* The parts of a block's padding, in bytes; lead = size + id + forbidden. */
#define PANAMEM_DEBUG_WORD_BYTES 8
#define PANAMEM_DEBUG_LEAD_BYTES (2 * PANAMEM_DEBUG_WORD_BYTES)
#define PANAMEM_DEBUG_EXTRA_BYTES (3 * PANAMEM_DEBUG_WORD_BYTES)

/* The bytes asked for, as the padding in front of the block says. */
static inline uint64_t panamem_debug_bytes(const uint8_t *block) {
  uint64_t word;
  memcpy(&word, block - PANAMEM_DEBUG_LEAD_BYTES, sizeof word);
  return __builtin_bswap64(word);
}

#endif
