/* SPDX-License-Identifier: Apache-2.0
 *
 * The end-to-end harness: a C program that knows only the public headers, and works the twelve functions hard.
 */
#ifndef PANAMEM_HARNESS_H
#define PANAMEM_HARNESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <panamem/panamem.h>
#include <panamem/pymem.h>

#define DOMAINS 3

/* The four functions of one domain. */
struct family {
  const char *name;
  void *(*malloc)(size_t size);
  void *(*calloc)(size_t nelem, size_t elsize);
  void *(*realloc)(void *ptr, size_t new_size);
  void (*free)(void *ptr);
};
extern const struct family families[DOMAINS];

/* Ends the process with status 1 and one line on stderr. */
_Noreturn void fail(const char *file, int line, const char *text);
#define EXPECT(condition) ((condition) ? (void)0 : fail(__FILE__, __LINE__, #condition))

/* True when blocks lie in Panamem's range: not those of comparison allocators and java:<class>,
 * and of pymalloc only the small ones. */
bool panamem_serves(void);
/* True when the padding of the debug hooks surrounds each block. */
bool hooks_are_on(void);

/* ---- Contents: every byte of a block follows from its mark --------------------------------------------------------------- */

void fill(void *block, size_t bytes, uint64_t mark);
bool holds(const void *block, size_t bytes, uint64_t mark);
bool is_zero(const void *block, size_t bytes);

/* ---- Random numbers (xorshift64*): the same on every machine ------------------------------------------------------------ */

struct random {
  uint64_t state; /* never 0 */
};
uint64_t next_random(struct random *random);
/* Mostly small, some to 32 KiB, a few to 1 MiB, and 0 now and then. */
size_t random_bytes(struct random *random);

/* Random malloc, calloc, realloc and free in all domains against a table of expected contents; leaves nothing alive. */
void work_at_random(uint64_t seed, int operations, int slots);

/* Forks: that waits for the boot thread, which makes Java's upcall after Java serves. */
void await_upcall(void);

/* One thread allocates random blocks and another frees them; as many of one as of the other. */
void hand_over(uint64_t seed, int count);
void take_over(int count);

/* ---- Scenarios ----------------------------------------------------------------------------------------------------------------- */

void scenario_sizes(void);
void scenario_zero_sizes(void);
void scenario_calloc(void);
void scenario_edges(void);
void scenario_chains(void);
void scenario_random(void);
void scenario_threads(void);
void scenario_remote_frees(void);
void scenario_thread_ends(void);
void scenario_late_frees(void);
void scenario_small_stacks(void);
void scenario_deep_stack(void);
void scenario_fork(void);
void scenario_fork_among_threads(void);
void scenario_limit(void);
void scenario_domain_limit(void);
void scenario_walk(void);
void scenario_purge(void);
void scenario_garbage(void);

#endif
