/* SPDX-License-Identifier: Apache-2.0
 *
 * What stands in the pools and arenas of `pymalloc`, counted at one moment.
 */
#ifndef PANAMEM_NATIVE_PYMALLOC_TALLY_H
#define PANAMEM_NATIVE_PYMALLOC_TALLY_H

#include <stdint.h>

#include "../include/panamem/abi.h"

/* One size class: live_blocks + ready_blocks + free_blocks = blocks of its pools. */
struct panamem_py_class_tally {
  uint64_t pools; /* that have a block out, even if only to a magazine */
  uint64_t live_blocks;
  uint64_t ready_blocks; /* in magazines */
  uint64_t free_blocks;
};

struct panamem_py_tally {
  struct panamem_py_class_tally classes[PANAMEM_PY_CLASSES];
  uint64_t unused_pools;
  uint64_t unaligned_arenas; /* each loses a pool's bytes at its ends */
  uint64_t arenas_total, arenas_now, arenas_peak;
  uint64_t map_mid_nodes, map_bot_nodes;
  uint64_t live_blocks, live_bytes; /* over all size classes */
  uint64_t raw_blocks;              /* live blocks in the raw domain */
  uint64_t allocations;             /* blocks handed to callers since start, without those of the raw domain */
};

/* Exact while other threads are at rest. */
void panamem_py_tally_take(struct panamem_py_tally *tally);

#endif
