/* SPDX-License-Identifier: Apache-2.0
 *
 * "Fatal Python error: <function>: <message>", by CPython itself where there is one.
 */
#include "fatal.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "cpython.h"

#define BAD_ID "bad ID: Allocated using API '%c', verified using API '%c'"
#define BAD_ID_0 "bad ID: Allocated using API '', verified using API '%c'"

_Noreturn static void end_without_python(const char *function, const char *message, size_t message_bytes) {
  static const char begin[] = "Fatal Python error: ", colon[] = ": ", end[] = "\nPython runtime state: unknown\n\n";
  struct iovec text[] = {
      {(void *)(uintptr_t)begin, sizeof begin - 1},
      {(void *)(uintptr_t)function, strlen(function)},
      {(void *)(uintptr_t)colon, sizeof colon - 1},
      {(void *)(uintptr_t)message, message_bytes},
      {(void *)(uintptr_t)end, sizeof end - 1},
  };
  ssize_t written = writev(STDERR_FILENO, text, sizeof text / sizeof *text);
  (void)written;
  abort();
}

_Noreturn void panamem_fatal(const char *function, const char *message) {
  const struct panamem_cpython *cpython = panamem_cpython();
  if (cpython->fatal_error != NULL) {
    cpython->fatal_error(function, message);
  }
  end_without_python(function, message, strlen(message));
}

_Noreturn void panamem_fatal_bad_id(const char *function, char allocated, char verified) {
  const struct panamem_cpython *cpython = panamem_cpython();
  if (cpython->fatal_error_format != NULL) {
    cpython->fatal_error_format(function, BAD_ID, allocated, verified);
  }
  char message[sizeof BAD_ID];
  int bytes = snprintf(message, sizeof message, BAD_ID, allocated, verified);
  if (cpython->fatal_error != NULL) { /* 3.13 and later, where the text ends at a 0: leave it out, as terminals do */
    if (allocated == 0) {
      snprintf(message, sizeof message, BAD_ID_0, verified);
    }
    cpython->fatal_error(function, message);
  }
  end_without_python(function, message, (size_t)bytes);
}
