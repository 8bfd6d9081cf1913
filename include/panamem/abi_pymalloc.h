/* SPDX-License-Identifier: Apache-2.0
 *
 * The part of abi.h that is `pymalloc`'s: pools and arenas with CPython's geometry.
 */
#ifndef PANAMEM_ABI_PYMALLOC_H
#define PANAMEM_ABI_PYMALLOC_H

#include <stdint.h>

/* Sizes of CPython's obmalloc.c on 64-bit machines. Requests of 0 bytes or more than the largest go to the raw domain. */
#define PANAMEM_PY_SMALL_MAX_BYTES 512
#define PANAMEM_PY_CLASSES 32 /* of 16, 32, … bytes */
#define PANAMEM_PY_POOL_SHIFT 14
#define PANAMEM_PY_POOL_BYTES (1 << PANAMEM_PY_POOL_SHIFT)
#define PANAMEM_PY_ARENA_SHIFT 20
#define PANAMEM_PY_ARENA_BYTES (1 << PANAMEM_PY_ARENA_SHIFT)
#define PANAMEM_PY_ARENA_POOLS (PANAMEM_PY_ARENA_BYTES / PANAMEM_PY_POOL_BYTES)

/* A pool's header, at its beginning; blocks follow. The first word of a free block is the next free block, or 0.
 *   count + blocks on the free list + blocks from nextoffset on = blocks of a pool of this size class
 *   count = blocks in magazines + live blocks
 *   freeblock = 0  ⇔  the pool is full
 *   listed = 1  ⇔  the pool is in used[szidx]  ⇔  it is neither full nor in its arena's freepools
 * A listed pool with count 0 was emptied by C; Java gives it back to its arena when it next serves the size class. */
struct panamem_py_pool {
  uint32_t count;
  uint32_t listed;
  uint64_t freeblock;
  uint64_t nextpool, prevpool;
  uint32_t arenaindex; /* a slot of arenas */
  uint32_t szidx;      /* the last size class that it served; PANAMEM_PY_SZIDX_NONE before the first */
  uint32_t nextoffset; /* where the next block that was never used begins */
  uint32_t maxnextoffset;
};
#define PANAMEM_PY_SZIDX_NONE 0xffff

/* A slot of the arena table. Links are slots; 0 is "none", because slot 0 is never used.
 *   address = 0  ⇔  the slot is in unused_arenas
 *   ntotalpools = pools that fit between address rounded up to a pool and the arena's end
 *   nfreepools = pools on freepools + pools from pool_address on */
struct panamem_py_arena {
  uint64_t address;
  uint64_t pool_address; /* the next pool that was never used */
  uint64_t freepools;    /* by nextpool */
  uint32_t nfreepools;
  uint32_t ntotalpools;
  uint32_t nextarena, prevarena;
  uint64_t reserved;
};

/* Which addresses lie in an arena: a radix tree over address bits, read without a lock. Root and middle nodes are arrays
 * of addresses of nodes, 0 for none; a bottom node is an array of leaves, one per stretch of PANAMEM_PY_ARENA_BYTES.
 *
 *   63          49          34         20                 0
 *   ├ top index ┼ mid index ┼ bot index ┼ offset t in the stretch ┤
 *
 *   the address lies in an arena  ⇔  t < tail_lo, or tail_hi ≠ 0 and t ≥ tail_hi       (signed; tail_hi -1: all of it)
 *   an arena that begins at t > 0 of a stretch sets its tail_hi to t, and the next stretch's tail_lo to t */
#define PANAMEM_PY_TOP_BITS 15
#define PANAMEM_PY_MID_BITS 15
#define PANAMEM_PY_BOT_BITS (64 - PANAMEM_PY_ARENA_SHIFT - PANAMEM_PY_TOP_BITS - PANAMEM_PY_MID_BITS)

struct panamem_py_leaf {
  int32_t tail_hi;
  int32_t tail_lo;
};

/* The lock guards all of it, pool headers and free lists included, but not the map, which only grows or marks. The hook
 * of PyObject_SetArenaAllocator is called by C only and never under the lock: C puts an arena that it fetched, with its
 * slot and map nodes, into offered_arenas; Java divides it into pools when it needs one, and leaves one that it no longer
 * needs in released_arenas.
 *
 *   usable_arenas: the arenas with nfreepools > 0, ascending by it
 *   nfp2lasta[n] = the last arena of usable_arenas with nfreepools = n; 0 when there is none
 *   arenas_now = slots with an address: arenas in use, offered and released */
struct panamem_pymalloc {
  uint32_t lock;
  uint32_t arena_slots; /* of the table, slot 0 included */
  uint64_t arenas;      /* address of the table */
  uint64_t map_root;    /* 0 while `pymalloc` was never chosen */
  uint32_t unused_arenas;
  uint32_t usable_arenas;
  uint32_t offered_arenas;
  uint32_t released_arenas;
  uint32_t nfp2lasta[PANAMEM_PY_ARENA_POOLS + 1];
  uint32_t emptied[PANAMEM_PY_CLASSES]; /* pools that C emptied since Java last served the size class */
  uint32_t reserved;
  uint64_t used[PANAMEM_PY_CLASSES]; /* first listed pool per size class, 0 for none */
  uint64_t arenas_total;             /* fetched since start */
  uint64_t arenas_now;
  uint64_t arenas_peak;
  uint64_t map_mid_nodes;
  uint64_t map_bot_nodes;
  uint64_t raw_blocks;  /* live blocks that went to the raw domain; changed atomically */
  uint64_t allocations; /* blocks handed to callers by threads that have ended */
};

#endif
