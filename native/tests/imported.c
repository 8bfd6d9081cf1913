/* SPDX-License-Identifier: Apache-2.0
 *
 * A library that calls what others define, through its procedure linkage table and by address.
 */
#include <stdlib.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))

EXPORT const char *imported_getenv(const char *name);
EXPORT int imported_getppid(void);
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

long imported_both(void) {
  return (long)getuid() * 1000 + (long)getgid();
}
