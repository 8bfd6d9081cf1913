/* SPDX-License-Identifier: Apache-2.0
 *
 * The facts that C and Java share: where the heap's metadata lies, what it means, and how one side calls the other.
 *
 * All metadata is off-heap, in one format with two operators. The Java core operates on it while Java is there, and C takes
 * blocks from pools and gives them back; the C fallback operates on the same structures, under the same locks, before Java is
 * ready, in a forked child, on stacks that Java cannot use, and after shutdown. Nothing is copied when one hands over to the other.
 *
 *   range   ├ arena 0 (never used) ┼ arena 1 ┼ arena 2 ┼ …                     PANAMEM_ARENA_BYTES each
 *   arena   ├ page ┼ page ┼ …                                                  PANAMEM_PAGE_BYTES each
 *   run     = adjacent pages with one purpose: a pool, a large block, or free (dirty or clean)
 *
 *   for every page i of the range
 *     page_map[i]   1 byte   the bin of the blocks in it; 0 when no live run holds it
 *     back_map[i]   1 byte   how many pages before it its pool begins (pools only)
 *     records[i]  256 bytes  struct panamem_page; the first page of a run speaks for the run
 *     depot_map[16 * i …]  128 bytes  a bit per PANAMEM_ALIGNMENT bytes: a block that stands in its bin's depot begins there
 *
 * Addresses cross as 64-bit integers; 0 is the only "no". This header holds facts only: no function, no inline code.
 * Java learns it from the generated bindings (bindings/); a table with another PANAMEM_ABI_VERSION is refused.
 */
#ifndef PANAMEM_ABI_H
#define PANAMEM_ABI_H

#include <stdint.h>

#include "abi_pymalloc.h"

#define PANAMEM_ABI_VERSION 6

/* ---- Sizes --------------------------------------------------------------------------------------------------- */

#define PANAMEM_PAGE_SHIFT 14
#define PANAMEM_PAGE_BYTES (1 << PANAMEM_PAGE_SHIFT)
#define PANAMEM_ARENA_SHIFT 20
#define PANAMEM_ARENA_BYTES (1 << PANAMEM_ARENA_SHIFT)
#define PANAMEM_ARENA_PAGES (PANAMEM_ARENA_BYTES / PANAMEM_PAGE_BYTES)

/* Every block's address and usable size is a multiple of this. */
#define PANAMEM_ALIGNMENT 16

/* Size classes 1..PANAMEM_CLASS_COUNT. Up to PANAMEM_LINEAR_MAX_BYTES one class per PANAMEM_ALIGNMENT bytes, as in
 * CPython's pymalloc; above, PANAMEM_CLASSES_PER_DOUBLING per doubling up to PANAMEM_SMALL_MAX_BYTES: an eighth above the
 * power of two, for what has a header before it (CPython's own arenas of its parser are 8 KiB and a header), then every
 * quarter. Larger requests are large blocks: runs of whole pages. */
#define PANAMEM_LINEAR_MAX_BYTES 512
#define PANAMEM_LINEAR_CLASSES (PANAMEM_LINEAR_MAX_BYTES / PANAMEM_ALIGNMENT)
#define PANAMEM_CLASSES_PER_DOUBLING 5
#define PANAMEM_SMALL_MAX_BYTES 32768
#define PANAMEM_CLASS_COUNT 62

/* A bin is a (domain, size class) pair in one byte: domain << PANAMEM_BIN_SHIFT | class. */
#define PANAMEM_DOMAINS 3
#define PANAMEM_BIN_SHIFT 6
#define PANAMEM_CLASS_NONE 0
#define PANAMEM_CLASS_LARGE 63
#define PANAMEM_CLASS_SLOTS (1 << PANAMEM_BIN_SHIFT)
#define PANAMEM_BINS (PANAMEM_DOMAINS << PANAMEM_BIN_SHIFT)

/* Size class i = 0 … of CPython's pymalloc has no domain and stands behind all bins, at PANAMEM_PY_BINS + 1 + i. */
#define PANAMEM_PY_BINS PANAMEM_BINS
#define PANAMEM_MAGAZINES (PANAMEM_PY_BINS + 1 + PANAMEM_PY_CLASSES)

/* An entry's size argument carries the domain above the bytes: domain << PANAMEM_REQUEST_SHIFT | bytes. C refuses
 * sizes that do not fit before it crosses; none of them could be served. */
#define PANAMEM_REQUEST_SHIFT 48

/* ---- Size classes: one table, computed by C when the heap is made, read by both sides --------------------------- */

/* blockIndex = offsetInPool * reciprocal >> PANAMEM_RECIPROCAL_SHIFT, exact for every offset of the largest pool. */
#define PANAMEM_RECIPROCAL_SHIFT 40
#define PANAMEM_POOL_MAX_PAGES 16

struct panamem_class {
  uint32_t block_bytes;
  uint16_t pool_pages_first; /* pages of a bin's first pool; each further pool doubles … */
  uint16_t pool_pages_most;  /* … up to this */
  uint64_t reciprocal;
  uint32_t magazine_most; /* most blocks a magazine of this class may hold */
  uint32_t reserved;
  uint64_t reserved2;
};

/* ---- Page records --------------------------------------------------------------------------------------------- */

/* panamem_page.state of a run's first page. A record inside a run is PANAMEM_PAGE_INSIDE or belongs to the bitmap of
 * the pool around it; the last page of a free run repeats state and run_pages, so that the run after it can find its
 * beginning. A page outside every taken arena is PANAMEM_PAGE_INSIDE with page_map 0. */
#define PANAMEM_PAGE_INSIDE 0
#define PANAMEM_PAGE_DIRTY 1 /* free; may hold old contents, counts as committed */
#define PANAMEM_PAGE_CLEAN 2 /* free; reads as zero, costs no memory, not committed */
#define PANAMEM_PAGE_POOL 3
#define PANAMEM_PAGE_LARGE 4

/* panamem_page.flags of a large block that stands on a thread's shelf: its pages are its run's as before, but nobody's
 * block lies in them. */
#define PANAMEM_PAGE_READY 1

#define PANAMEM_BITMAP_WORDS_PER_PAGE 24

/*   0     1    2      4          8     12    16     20     24           28          32         36        40
 *   state bin  flags  run_pages  next  prev  older  newer  block_count  free_count  hint_word  ready_since freed_nanos
 *   48             56      60        64
 *   request_bytes  sparse  believed  bitmap …  continues through the records of the pool's further pages
 *
 * Links are page indices; 0 is "none", because arena 0 is never used.
 *
 * Equations (the heap check proves them):
 *   pool   free_count = number of 1-bits in bitmap[0 .. block_count);  bits at and above block_count are 0
 *          no 1-bit stands below word hint_word
 *          0 < free_count  ⇔  the pool is in its bin's list
 *          page_map[i] = bin and back_map[i] = i - first, for every page i of the run; written before the bitmap and
 *          cleared after it, so that nobody who merges free runs takes a bitmap byte for a state
 *   large  page_map[i] = domain << 6 | PANAMEM_CLASS_LARGE, for every page i of the run; request_bytes fits the run
 *          flags = PANAMEM_PAGE_READY ⇔ the block is on one thread's shelf, and next is the one below it there; else 0
 *   free   page_map[i] = 0 for every page i; the neighbours are not free runs of the same kind
 *          the run is in the page heap's list of its kind and run class; a dirty run is in the age list as well
 */
struct panamem_page {
  uint8_t state;
  uint8_t bin;
  uint16_t flags;
  uint32_t run_pages;
  uint32_t next, prev;   /* pool: its bin's list of pools that have a free block; free run: its run class's list; ready
                            large block: next is the shelf's */
  uint32_t older, newer; /* dirty run: the age list, oldest first */
  uint32_t block_count;
  uint32_t free_count;
  uint32_t hint_word;
  uint32_t ready_since;   /* ready large block: its thread's shelf_age when it came there */
  uint64_t freed_nanos;   /* dirty run: CLOCK_MONOTONIC when its longest part was freed */
  uint64_t request_bytes; /* large block: the size asked for */
  uint32_t sparse;        /* large block, C's own: was little of it touched, and for how many more times that is … */
  uint32_t believed;      /* … taken for granted when it is zeroed. A guess, whatever it says */
  uint64_t bitmap[PANAMEM_BITMAP_WORDS_PER_PAGE]; /* bit set = block free and in the pool (not in a magazine) */
};

/* ---- Bins ------------------------------------------------------------------------------------------------------- */

/* Locks are 0 (free) or 1 (held): taken by compare-and-set with acquire, left by a release store of 0. Order: thread
 * registry, bins by index, pymalloc, page heap, metadata. No thread holds two bins, or a bin and pymalloc, except the fork
 * handler, which holds all. */

/*   blocks     = Σ block_count over the bin's pools
 *   blocks_out = Σ (block_count - free_count) over the bin's pools = blocks in magazines and the depot + live blocks */
struct panamem_bin {
  uint32_t lock;
  uint32_t pools;        /* first pool that has a free block, as a page index */
  uint32_t pool_count;   /* all pools */
  uint32_t usable_count; /* pools in the list */
  uint64_t blocks;
  uint64_t blocks_out;
  uint64_t blocks_out_peak;
  uint64_t allocations; /* by threads that have ended */
  uint64_t single_slot; /* a block that passes no magazine, while the lock is held */
  uint64_t reserved;
};

/* Ready blocks that no thread holds: a thread whose magazine is full, or that ends, leaves blocks here for those whose
 * magazine is dry, and neither crosses. slots[0 .. count) are the blocks, oldest first; all zero in a bin that never had
 * any. The bin's lock guards it. It is C's own; Java only reads it.
 *   count ≤ room;  depot_bytes = Σ count * block bytes of the bin
 *   a bit of depot_map is set ⇔ the block that begins there is in its bin's depot, so none is there twice */
struct panamem_depot {
  uint64_t slots;
  uint32_t count;
  uint32_t room;
};

/* ---- Page heap --------------------------------------------------------------------------------------------------- */

/* Run classes of free runs: n pages are in class n - 1 up to PANAMEM_RUN_EXACT pages; above, four per doubling:
 *   e = floor(log2(n)), class = PANAMEM_RUN_EXACT + (e - 5) * 4 + (n >> (e - 2) & 3) */
#define PANAMEM_RUN_EXACT 32
#define PANAMEM_RUN_CLASSES 128
#define PANAMEM_RUN_WORDS (PANAMEM_RUN_CLASSES / 64)
#define PANAMEM_RUN_KINDS 2
#define PANAMEM_RUN_DIRTY 0
#define PANAMEM_RUN_CLEAN 1

/*   committed_bytes = Σ used_bytes + dirty_bytes                    ≤ limit_bytes, unless that was lowered since
 *   used_bytes[d]   = bytes of pools and large blocks of domain d  ≤ domain_limit_bytes[d], likewise
 *   dirty_bytes     = bytes of dirty free runs
 *   bit c of nonempty[kind] is set ⇔ runs[kind][c] ≠ 0
 *   the arenas 1 .. arenas_taken - 1 are readable and writable and divided into runs without a gap; those at and above
 *   arenas_taken are not accessible */
struct panamem_page_heap {
  uint32_t lock;
  uint32_t arenas_taken; /* index of the first arena that was never taken; 1 in a new heap */
  uint32_t arenas_most;  /* arenas of the range */
  uint32_t dirty_follows_use;
  uint32_t dirty_oldest, dirty_newest;
  uint64_t nonempty[PANAMEM_RUN_KINDS][PANAMEM_RUN_WORDS];
  uint32_t runs[PANAMEM_RUN_KINDS][PANAMEM_RUN_CLASSES];

  uint64_t limit_bytes; /* UINT64_MAX = no limit, likewise per domain */
  uint64_t domain_limit_bytes[PANAMEM_DOMAINS];
  uint64_t dirty_cap_bytes; /* dirty bytes beyond this are purged at once, oldest first; where dirty_follows_use, beyond the
                               bytes in use if these are more, and Java also purges as much as it takes clean, on a budget */
  uint64_t purge_budget_bytes; /* what is left of it, as of purge_budget_nanos; two's complement, below 0 after a long run */
  uint64_t purge_budget_nanos;
  uint64_t decay_nanos;     /* dirty runs older than this are purged when a run is freed */

  uint64_t committed_bytes;
  uint64_t dirty_bytes;
  uint64_t used_bytes[PANAMEM_DOMAINS];
  uint64_t committed_peak_bytes;
  uint64_t committed_total_bytes; /* clean bytes that became used, since start */
  uint64_t purged_total_bytes;    /* dirty bytes that became clean, since start */
  uint64_t refused_limit;         /* requests refused by a limit */
  uint64_t refused_os;            /* requests refused because the OS or the end of the range refused */

  /* Large blocks, per domain, ready ones included; bytes are whole pages. */
  uint64_t large_count[PANAMEM_DOMAINS];
  uint64_t large_bytes[PANAMEM_DOMAINS];
  uint64_t large_peak_bytes[PANAMEM_DOMAINS];
  uint64_t large_total[PANAMEM_DOMAINS]; /* less those that threads still alive took from their shelves */
};

/* ---- Magazines and threads ------------------------------------------------------------------------------------------ */

/* base[0] is 0, base + 1 … top are ready blocks, base + 1 … limit may be filled. A magazine that was never opened has
 * top = base = limit, pointing at a shared slot that holds 0. Only its thread touches it, or Java on its behalf. */
struct panamem_magazine {
  void **top;
  void **limit;
  void **base;
  uint64_t allocations; /* blocks handed to callers */
};

/* A shelf: the ready large blocks of one length and domain that a thread has, newest first, linked by page records. Only
 * its thread touches it, or Java on its behalf.
 *   bit n - 1 of shelved[d] is set ⇔ shelves[d][n - 1] ≠ 0
 *   ready_count[d], ready_bytes[d] = the blocks on shelves[d], and their run bytes
 *   down a shelf ready_since does not grow, and is at most shelf_age */
#define PANAMEM_SHELF_PAGES_MOST 64

struct panamem_thread {
  struct panamem_magazine magazines[PANAMEM_MAGAZINES];
  struct panamem_thread *next, *previous; /* registry */
  uint64_t large_allocations;             /* large blocks handed to this thread's callers */
  uint64_t resizes;                       /* reallocs that kept their block */
  uint64_t crossings;
  uint64_t magazine_bytes; /* bytes that its magazines may hold, all filled */
  uint64_t gate_low;   /* the thread may cross into Java while its stack pointer - gate_low < gate_bytes; */
  uint64_t gate_bytes; /* 0 until it is attached */
  uint32_t flags; /* the C side's own */
  uint32_t shelf_hand; /* domain * PANAMEM_SHELF_PAGES_MOST + i: the shelf that is cleared next */
  uint64_t serial;
  uint64_t isolate_thread; /* what the native core knows it by; 0 with the JVM */
  uint64_t shelved[PANAMEM_DOMAINS];
  uint64_t ready_count[PANAMEM_DOMAINS];
  uint64_t ready_bytes[PANAMEM_DOMAINS];
  uint64_t shelf_allocations[PANAMEM_DOMAINS]; /* large blocks handed to callers from shelves */
  uint32_t shelves[PANAMEM_DOMAINS][PANAMEM_SHELF_PAGES_MOST]; /* first page of the newest block of i + 1 pages, or 0 */
  /* The rest is the C side's own: how much the shelves may hold, and for how long. */
  uint64_t shelf_missed[PANAMEM_DOMAINS]; /* bit n - 1: blocks of n pages went back because the shelves were full */
  uint64_t shelf_looked_nanos;            /* when the shelves were last looked through for blocks that nobody asks for */
  uint32_t shelf_age;                     /* how often they were */
  uint32_t shelf_more_pages;              /* what the shelves may hold beyond what every thread's may */
};

/* ---- Entries ----------------------------------------------------------------------------------------------------------- */

/* Every entry has this one signature. The fourth argument is the caller's isolate_thread for the native core, and the
 * number of the entry for the JVM, whose entries are all one function: an upcall stub is dear when Java starts. thread is
 * the address of the caller's struct panamem_thread, never 0; request is domain << PANAMEM_REQUEST_SHIFT | bytes. Nothing
 * may escape an entry; an entry that fails answers 0. */
typedef int64_t (*panamem_entry)(int64_t, int64_t, int64_t, uint64_t);

#define PANAMEM_ENTRY_PING 0     /* (value, 0, 0)                  → value: the cost of a crossing, and a sign of life */
#define PANAMEM_ENTRY_REFILL 1   /* (thread, bin, count)           → blocks pushed on the magazine, at most count */
#define PANAMEM_ENTRY_FLUSH 2    /* (thread, bin, count)           → blocks base[1..count] given back; C closes the gap.
                                    Fewer than count: base[answer + 1] is not a block that can be freed.
                                    bin PANAMEM_CLASS_LARGE: shelves are emptied until all hold at most count bytes
                                    → 1 + the bytes given back */
#define PANAMEM_ENTRY_ALLOCATE 3 /* (thread, request, PANAMEM_ALLOCATE_…) → block of any size; small ones by the magazine */
#define PANAMEM_ENTRY_REALLOCATE 4 /* (thread, block, request)     → block, perhaps the same; 0 leaves block as it was */
#define PANAMEM_ENTRY_FREE 5     /* (thread, block, 0)             → 1; 0 when block is not live */
#define PANAMEM_ENTRY_PURGE 6    /* (thread, dirty bytes to keep, 0) → 1 + bytes returned to the OS */
#define PANAMEM_ENTRY_CHECK 7    /* (thread, char *text, bytes)    → 1 when every equation holds; else 0 and a line */
#define PANAMEM_ENTRY_GARBAGE 8  /* (0, 0, 0)                      → 1 + Java heap bytes allocated by all live threads */
#define PANAMEM_ENTRY_POOL_REFILL 9   /* `pymalloc`: as REFILL, for bins behind PANAMEM_PY_BINS. 0: offer an arena */
#define PANAMEM_ENTRY_POOL_FLUSH 10   /* `pymalloc`: as FLUSH; C then takes what is in released_arenas */
#define PANAMEM_ENTRY_USER_MALLOC 11  /* `java:<class>` (domain, bytes, 0)           → block */
#define PANAMEM_ENTRY_USER_CALLOC 12  /* `java:<class>` (domain, count, element bytes) → block, zeroed */
#define PANAMEM_ENTRY_USER_REALLOC 13 /* `java:<class>` (domain, block, bytes)       → block */
#define PANAMEM_ENTRY_USER_FREE 14    /* `java:<class>` (domain, block, 0)           → 1 */
#define PANAMEM_ENTRY_USER_USABLE 15  /* `java:<class>` (domain, block, 0)           → usable bytes */
#define PANAMEM_ENTRIES 16

/* How a block is to be allocated; bits. */
#define PANAMEM_ALLOCATE_ZEROED 1
#define PANAMEM_ALLOCATE_PAGES 2 /* as a large block, however small: whole pages of its own */

/* ---- The heap: one per process ------------------------------------------------------------------------------------------ */

/* Why the fallback served. */
#define PANAMEM_FALLBACK_BOOT 0     /* Java was not ready yet, or the thread not attached to it yet */
#define PANAMEM_FALLBACK_CHILD 1    /* forked child */
#define PANAMEM_FALLBACK_STACK 2    /* too little stack left, or not the thread's own, or too small to attach */
#define PANAMEM_FALLBACK_SHUTDOWN 3 /* after shutdown, or the thread is ending */
#define PANAMEM_FALLBACK_NO_JAVA 4  /* Java could not be started */
#define PANAMEM_FALLBACK_REASONS 5

struct panamem_heap {
  uint64_t abi_version; /* PANAMEM_ABI_VERSION */
  uint64_t heap_bytes;  /* sizeof(struct panamem_heap) */
  uint64_t range_base;  /* a multiple of PANAMEM_ARENA_BYTES; 0 until the range is reserved */
  uint64_t range_bytes;
  uint64_t page_map; /* addresses of the four per-page tables */
  uint64_t back_map;
  uint64_t records;
  uint64_t depot_map;
  uint64_t fallback_blocks[PANAMEM_FALLBACK_REASONS]; /* blocks that the fallback handed out (small: to magazines) */
  uint64_t crossings; /* by threads that have ended, likewise the next two */
  uint64_t large_allocations;
  uint64_t resizes;
  uint32_t registry_lock; /* guards the list of threads and the three counters above */
  uint32_t thread_count;
  struct panamem_thread *threads;
  uint64_t threads_total;
  panamem_entry entries[PANAMEM_ENTRIES];
  struct panamem_class classes[PANAMEM_CLASS_SLOTS];
  struct panamem_page_heap page_heap;
  struct panamem_bin bins[PANAMEM_BINS];
  struct panamem_depot depots[PANAMEM_BINS];
  uint64_t depot_bytes; /* changed atomically */
  struct panamem_pymalloc pymalloc;
};

#ifndef __cplusplus
_Static_assert(sizeof(struct panamem_class) == 32, "a class is half a cache line");
_Static_assert(sizeof(struct panamem_page) == 256, "a page record is four cache lines");
_Static_assert(sizeof(struct panamem_bin) == 64, "a bin is one cache line");
_Static_assert(sizeof(struct panamem_thread) <= 8192, "a thread takes two pages of the OS: programs have thousands");
_Static_assert(sizeof(struct panamem_magazine) == 32, "a magazine is half a cache line");
_Static_assert(sizeof(struct panamem_py_pool) == 48, "a pool header is CPython's");
_Static_assert(sizeof(struct panamem_py_arena) == 48, "an arena slot is CPython's");
#endif

#endif
