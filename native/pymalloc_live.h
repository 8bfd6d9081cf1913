/* SPDX-License-Identifier: Apache-2.0
 *
 * The blocks of `pymalloc` that left their pools, pool by pool, for the heap walk.
 */
#ifndef PANAMEM_NATIVE_PYMALLOC_LIVE_H
#define PANAMEM_NATIVE_PYMALLOC_LIVE_H

#include <stdbool.h>
#include <stdint.h>

#include "../include/panamem/abi.h"

#define PANAMEM_PY_BITMAP_WORDS (PANAMEM_PY_POOL_BYTES / PANAMEM_ALIGNMENT / 64)

/* A pool as it was at one moment. Bit i of the bitmap is set when block i was out: live, or in a magazine. */
struct panamem_py_live {
  uint64_t pool; /* its address; 0 before the first */
  uint64_t first_block;
  uint32_t blocks;
  uint32_t block_bytes;
  uint64_t bitmap[PANAMEM_PY_BITMAP_WORDS];
};

/* Goes on to the next pool by address that has a block out; false when there is none. */
bool panamem_py_next_live(struct panamem_py_live *live);

#endif
