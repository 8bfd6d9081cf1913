/* SPDX-License-Identifier: Apache-2.0
 *
 * The last line.
 */
#include "test_error.h"

#include <stdio.h>

#include "../include/panamem/testing.h"

static char error[512];

int panamem_test_refuse(const char *line) {
  snprintf(error, sizeof error, "%s", line);
  fprintf(stderr, "panamem: %s\n", error);
  return -1;
}

const char *panamem_test_error(void) {
  return error;
}
