/* SPDX-License-Identifier: Apache-2.0
 *
 * A library that calls what others define, through its procedure linkage table and by addresses of two kinds.
 */
#include <stdlib.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))

EXPORT const char *imported_getenv(const char *name);
EXPORT int imported_getppid(void);
EXPORT int imported_getpgrp(void);
EXPORT long imported_both(void);

const char *imported_getenv(const char *name) {
  return getenv(name);
}

/* By address: through the global offset table alone. */
int imported_getppid(void) {
  static pid_t (*volatile function)(void);
  function = getppid;
  return function();
}

/* By an address that stands in the library's own data. */
int imported_getpgrp(void) {
  static pid_t (*const volatile functions[])(void) = {getpgrp};
  return functions[0]();
}

long imported_both(void) {
  return (long)getuid() * 1000 + (long)getgid();
}
