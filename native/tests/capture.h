/* SPDX-License-Identifier: Apache-2.0
 *
 * Runs a function in a forked child and keeps what it wrote to stderr and how it ended.
 */
#ifndef PANAMEM_TESTS_CAPTURE_H
#define PANAMEM_TESTS_CAPTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <unistd.h>

struct capture {
  char text[8192];
  size_t bytes;
  int signal; /* that killed it, or 0 */
  int status; /* exit status when it was not killed; 0 when the function returned */
};

/* In a child: ends it with status 9 and the line on stderr. */
#define REQUIRE(condition) \
  do {                     \
    if (!(condition)) {    \
      fprintf(stderr, "line %d: %s\n", __LINE__, #condition); \
      _exit(9);            \
    }                      \
  } while (0)

struct capture capture(void (*run)(void *argument), void *argument);

/* A test fails unless the child ends by itself, with this status, and this is all that it wrote to stderr. */
void capture_assert(void (*run)(void *argument), void *argument, int status, const char *text);

/* What CPython says after our report about a misuse, which ends in an empty line; all of the text without a report. */
const char *capture_after_report(const struct capture *capture);

#endif
