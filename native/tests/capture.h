/* SPDX-License-Identifier: Apache-2.0
 *
 * Runs a function in a forked child and keeps what it wrote to stderr and how it ended.
 */
#ifndef PANAMEM_TESTS_CAPTURE_H
#define PANAMEM_TESTS_CAPTURE_H

#include <stdbool.h>
#include <stddef.h>

struct capture {
  char text[8192];
  size_t bytes;
  int signal; /* that killed it, or 0 */
  int status; /* exit status when it was not killed; 0 when the function returned */
};

struct capture capture(void (*run)(void *argument), void *argument);

#endif
