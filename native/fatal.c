/* SPDX-License-Identifier: Apache-2.0
 *
 * "Fatal Python error: <function>: <message>", by CPython itself where there is one.
 */
#include "fatal.h"

#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "cpython.h"

_Noreturn void panamem_fatal(const char *function, const char *message) {
  const struct panamem_cpython *cpython = panamem_cpython();
  if (cpython->fatal_error != NULL) {
    cpython->fatal_error(function, message);
  }
  const char *parts[] = {"Fatal Python error: ", function, ": ", message, "\nPython runtime state: unknown\n\n"};
  struct iovec text[sizeof parts / sizeof *parts];
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
    text[i] = (struct iovec){(void *)(uintptr_t)parts[i], strlen(parts[i])};
  }
  ssize_t written = writev(STDERR_FILENO, text, sizeof parts / sizeof *parts);
  (void)written;
  abort();
}
