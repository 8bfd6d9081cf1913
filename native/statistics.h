/* SPDX-License-Identifier: Apache-2.0
 *
 * Figures of the moment, summed over bins and threads.
 */
#ifndef PANAMEM_NATIVE_STATISTICS_H
#define PANAMEM_NATIVE_STATISTICS_H

#include <stdint.h>

#include "../include/panamem/abi.h"
#include "hardened_marks.h"
#include "pymalloc_tally.h"

struct panamem_bin_figures {
  uint64_t live_blocks;  /* exact while other threads are at rest */
  uint64_t ready_blocks; /* in magazines and depots */
  uint64_t peak_blocks;  /* sampled when magazines are filled, ready blocks included */
  uint64_t total;        /* handed out since start */
};

/* Large blocks of a domain; bytes are whole pages. */
struct panamem_large_figures {
  uint64_t live_blocks; /* exact while other threads are at rest */
  uint64_t live_bytes;
  uint64_t ready_blocks; /* on shelves */
  uint64_t ready_bytes;
  uint64_t peak_bytes; /* ready ones included */
  uint64_t total;      /* handed out since start */
};

struct panamem_figures {
  struct panamem_bin_figures bins[PANAMEM_BINS];
  struct panamem_large_figures large[PANAMEM_DOMAINS];
  struct panamem_empty_blocks empty[PANAMEM_DOMAINS]; /* blocks of 0 bytes of `hardened` */
  struct panamem_py_tally pymalloc;
  uint64_t threads;
  uint64_t crossings;
  uint64_t large_allocations;
  uint64_t resizes;
  uint64_t calls;           /* successful malloc, calloc and realloc calls */
  uint64_t fallback_blocks; /* over all reasons */
};

void panamem_figures_take(struct panamem_figures *figures);

#endif
