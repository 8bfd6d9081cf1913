/* SPDX-License-Identifier: Apache-2.0
 *
 * A leak test over calls of a function, and what it reports.
 */
#ifndef PANAMEM_TESTS_LEAK_FIXTURE_H
#define PANAMEM_TESTS_LEAK_FIXTURE_H

#include <stdint.h>

#define KEPT_MOST 64

/* Of the last leak test. */
extern char report[16384];

/* What the calls leave, forgotten when a leak test begins; and the call's number. */
extern void *kept[KEPT_MOST];
extern int calls;

/* Puts the debug hooks on, for a group's set-up. */
int hooked(void **state);

/* How many blocks one of the calls leaks. */
int64_t leaked(void (*call)(void), int rounds);

#endif
