/* SPDX-License-Identifier: Apache-2.0
 *
 * What most tests of the heap need: a fresh heap with the calling thread in it, its proof, and random numbers.
 */
#ifndef PANAMEM_TESTS_FIXTURE_H
#define PANAMEM_TESTS_FIXTURE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "cmocka_all.h"

#define MIB (1ull << 20)

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1 /* address-space limits cannot be set: the sanitizer's shadow is larger than any of them */
#else
#define SANITIZED 0
#endif

#if defined(__SANITIZE_THREAD__)
#define STACKS_ENLARGED 1 /* threads get larger stacks than they ask for */
#define SIZE_STEP 97      /* tests over every size take samples: each access costs too much */
#else
#define STACKS_ENLARGED 0
#define SIZE_STEP 1
#endif

/* An empty heap that purges nothing by itself, with state IDLE and a fresh struct for the calling thread. Every block and
 * every magazine of before is gone. */
void heap_fresh(uint64_t range_bytes);

/* The calling thread gets a fresh struct, whatever it had. */
void thread_fresh(void);

/* Fails the test with the broken equation. */
#define assert_heap_sound()                             \
  do {                                                  \
    char broken_equation[256];                          \
    if (!heap_check(broken_equation, sizeof broken_equation)) { \
      fail_msg("%s", broken_equation);                  \
    }                                                   \
  } while (0)

bool heap_check(char *text, size_t text_bytes);

/* Random numbers from a seed: PANAMEM_TEST_SEED, or the time; printed, so that a failure can be repeated. */
uint64_t random_seed(void);
uint64_t random_next(uint64_t *state);
uint64_t random_below(uint64_t *state, uint64_t bound);

/* Sizes as programs ask for them: mostly small, sometimes large, sometimes an edge. */
uint64_t random_bytes(uint64_t *state, uint64_t most);

/* Writes a pattern that depends on the tag, and tells whether the first bytes still hold it. */
void fill_block(void *block, uint64_t bytes, uint64_t tag);
bool block_holds(const void *block, uint64_t bytes, uint64_t tag);

/* What print writes, and that it answers 1. */
void assert_prints(int (*print)(FILE *out), const char *expected);

#endif
