/* SPDX-License-Identifier: Apache-2.0
 *
 * Panamem's own C API: start, limits, statistics, the heap walk, and installation into a CPython.
 *
 * Every function may be called from any thread, with or without a Python thread state, before and after main, and in a
 * forked child. None of them throws, exits or aborts; none calls the Python C API except panamem_install_cpython.
 */
#ifndef PANAMEM_PANAMEM_H
#define PANAMEM_PANAMEM_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#ifndef PANAMEM_API
#define PANAMEM_API __attribute__((visibility("default")))
#endif

#define PANAMEM_VERSION "0.1.0"

/* "0.1.0"; the version of the library that is loaded, where PANAMEM_VERSION is that of the header. */
PANAMEM_API const char *panamem_version(void);

/* ---- Start -------------------------------------------------------------------------------------------------------- */

/* What serves the heap. */
enum panamem_core {
  PANAMEM_CORE_NONE = 0,    /* Java was not asked for: C serves a heap that is still small (boot=lazy), or nothing was allocated
                               yet, or PANAMEM_MALLOC names an allocator that is not ours */
  PANAMEM_CORE_BOOTING = 1, /* Java is starting; the fallback serves meanwhile */
  PANAMEM_CORE_JVM = 2,     /* the Java core in a JVM */
  PANAMEM_CORE_NATIVE = 3,  /* the Java core as a native image */
  PANAMEM_CORE_FALLBACK = 4 /* the C fallback, for good: a JVM's forked child, no usable Java, or after close */
};

/* Starts Java and waits until it serves. Without this call it starts in the background when the heap has grown (options boot
 * and boot.after). Answers 0 when Java serves or the chosen allocator does not need it; otherwise -1, and panamem_start_error
 * says why: the program then runs on the fallback. Must not be called from a constructor that dlopen runs. */
PANAMEM_API int panamem_start(void);

/* One line that says why Java could not be started; "" when nothing is wrong. Valid for the life of the process. */
PANAMEM_API const char *panamem_start_error(void);

PANAMEM_API enum panamem_core panamem_active_core(void);

/* The name from PANAMEM_MALLOC that is active, e.g. "arena", "arena_debug", "hardened" or "guard". Valid for the life of the process. */
PANAMEM_API const char *panamem_active(void);

/* One crossing into Java that does nothing: answers value (which must not be 0) when Java served it, else 0. */
PANAMEM_API int64_t panamem_ping(int64_t value);

/* ---- Blocks ---------------------------------------------------------------------------------------------------------- */

/* Bytes that may be used at block, at least what was asked for, and exactly that of a guarded block; 0 for NULL, for foreign
 * blocks, and for one that cannot be touched: of 0 bytes, guarded or `hardened`. Not to be asked about blocks of a *_debug
 * allocator, whose padding is theirs. */
PANAMEM_API size_t panamem_usable_size(const void *block);

/* Called for each live block: its address, usable bytes (0 of one that cannot be touched) and domain (0 RAW, 1 MEM, 2 OBJ).
 * Answers 0 to stop the walk. It must not allocate or free. */
typedef int (*panamem_block_visitor)(void *block, size_t usable_bytes, int domain, void *argument);

/* Visits the live blocks of our range, in address order, then those in the arenas of `pymalloc`, whose mem and object
 * blocks are one heap and told as OBJ; answers how many were visited. Blocks that other threads allocate or free
 * meanwhile may be seen or not; with them at rest the walk is exact. -1 without memory to remember
 * what magazines and depots hold. */
PANAMEM_API int64_t panamem_walk(panamem_block_visitor visitor, void *argument);

/* ---- Limits ------------------------------------------------------------------------------------------------------------ */

/* Domains for the functions below. */
#define PANAMEM_ALL_DOMAINS (-1)

/* Sets the hard limit on our committed bytes: of the whole heap (PANAMEM_ALL_DOMAINS) or of one domain's pools and large
 * blocks. 0 lifts it. A limit below the present use refuses what would grow and frees nothing by force. Answers 0, or
 * -1 for an unknown domain. A request over a limit gets NULL (in Python: MemoryError); frees make room again. */
PANAMEM_API int panamem_limit(int domain, uint64_t bytes);

/* Gives free memory back to the OS until at most keep_bytes of it are kept; answers the bytes given back. Flushes the
 * calling thread's magazines first. */
PANAMEM_API uint64_t panamem_purge(uint64_t keep_bytes);

/* ---- Statistics ----------------------------------------------------------------------------------------------------- */

struct panamem_domain_statistics {
  uint64_t live_blocks;       /* exact */
  uint64_t live_bytes;        /* usable bytes, exact; of guarded blocks their pages */
  uint64_t peak_bytes;        /* sampled when magazines are filled; ready blocks in magazines included */
  uint64_t total_allocations; /* blocks handed out since start */
  uint64_t committed_bytes;   /* pools and large blocks, whole pages */
  uint64_t limit_bytes;       /* 0 = none */
};

struct panamem_statistics {
  uint64_t struct_bytes; /* set by the caller to sizeof(struct panamem_statistics) */
  struct panamem_domain_statistics domains[3];
  uint64_t arenas;          /* taken from the range */
  uint64_t committed_bytes; /* pools, large blocks and dirty free pages */
  uint64_t committed_peak_bytes;
  uint64_t dirty_bytes;    /* free, not yet given back */
  uint64_t returned_bytes; /* given back to the OS since start */
  uint64_t limit_bytes;    /* 0 = none */
  uint64_t threads;
  uint64_t crossings;
  uint64_t calls; /* successful malloc, calloc and realloc calls */
  uint64_t fallback_blocks[5]; /* by reason: boot, child, stack, shutdown, no Java */
  uint64_t ready_nanos;        /* from the start of the boot until Java served; 0 if it does not */
  uint64_t boot_cpu_nanos;     /* CPU time that the boot took, all threads of the JVM included */
};

/* Fills what struct_bytes has room for. Answers 0, or -1 when statistics is NULL or struct_bytes is 0. */
PANAMEM_API int panamem_get_statistics(struct panamem_statistics *statistics);

/* Writes the report of `report=exit` to a file descriptor. Answers 0, or -1 when it could not be written. */
PANAMEM_API int panamem_report(int descriptor);

/* With PANAMEM_OPTIONS=trace: writes what each site has alive to a file descriptor, the largest first: live bytes, live
 * blocks, peak bytes, total blocks and the site, a line each, or with format=json an object each. Bytes are those that were
 * asked for. Other threads may go on meanwhile. Answers 0, or -1 when nothing traces or it could not be written. */
PANAMEM_API int panamem_trace_write(int descriptor);

/* Proves every equation over the heap's structures, in Java. 1: sound; 0: broken, or the check could not finish, and a line
 * in text says what; -1: Java does not serve. Other threads must be at rest. */
PANAMEM_API int panamem_check(char *text, size_t text_bytes);

/* Java heap bytes that all Java threads together have allocated since the start: what serving costs the garbage collector.
 * Asking may allocate a little itself. -1: Java does not serve. */
PANAMEM_API int64_t panamem_java_heap_bytes(void);

/* ---- Hosts ---------------------------------------------------------------------------------------------------------------- */

/* For a program that embeds CPython: installs our rows, and the debug hooks when PANAMEM_MALLOC asks for them, in that
 * CPython's domain table. library is a dlopen handle of libpython, or NULL for the process's global symbols. Call it
 * after Py_PreInitialize and before Py_InitializeFromConfig, in each cycle (CPython 3.12 and later reset their table).
 * It stays installed after Py_FinalizeEx and after panamem_host_close. Link libpython before libpanamem. Under
 * libpanamem-symbols.so nothing is left to install. Answers 0; -1 when there is no PyMem_SetAllocator there. (CPython
 * documentation: PyMem_SetAllocator.) */
PANAMEM_API int panamem_install_cpython(void *library);

/* For Java hosts (io.github.panamem.Panamem): opens the heap with a name and options (NULL: from the environment), to be
 * served by entries that Java then writes into the heap. Answers the heap's address (abi.h), or 0 with one line in error. */
PANAMEM_API int64_t panamem_host_open(const char *malloc_name, const char *options, char *error, size_t error_bytes);

/* Java has written its entries: they serve from now on. 1, or 0 when no heap is open or there is no JVM to attach to. */
PANAMEM_API int64_t panamem_host_ready(void);

/* Flushes the calling thread's magazines, returns what is empty and lets the fallback serve from now on. Live blocks stay
 * valid. Always 1. */
PANAMEM_API int64_t panamem_host_close(void);

#ifdef __cplusplus
}
#endif

#endif
