/* SPDX-License-Identifier: Apache-2.0
 *
 * What the tests of guarded blocks share: rows on a fresh heap, in a child, by both ways to shut pages. Each case is a child,
 * because the table of guarded blocks belongs to one heap.
 */
#ifndef PANAMEM_TESTS_GUARD_FIXTURE_H
#define PANAMEM_TESTS_GUARD_FIXTURE_H

#include <stddef.h>

#include "../../include/panamem/pymem.h"
#include "../guard_table.h"
#include "../magazine.h"

#define RAW PANAMEM_DOMAIN_CONTEXT(PYMEM_DOMAIN_RAW)
#define OBJ PANAMEM_DOMAIN_CONTEXT(PYMEM_DOMAIN_OBJ)
#define OS_PAGE 4096u

#define SAYS_ALLOCATED "\n  allocated"

/* In a child: a fresh heap, and the rows ready under these options. */
void begin(const char *options);

/* A block of the RAW domain, and its free. */
char *make(size_t bytes);
void drop(void *block);

enum panamem_guard_state state_of(const void *block);

/* One access. */
void poke(volatile char *address);
char peek(const volatile char *address);

/* A misuse that is a fault. */
void write_after_free(void);

/* cmocka's set-up of a group: pages are shut as this kernel does it best, or by mprotect. */
int light(void **state);
int heavy(void **state);

/* The group by both ways. */
#define run_both_ways(tests) \
  (cmocka_run_group_tests_name("light", tests, light, NULL) + cmocka_run_group_tests_name("mprotect", tests, heavy, NULL))

#endif
