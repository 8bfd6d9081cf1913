/* SPDX-License-Identifier: Apache-2.0
 *
 * An object that is told of its end counts down after its memory is gone.
 *
 * CPython: nothing
 * Guard: use after free here leave allocated make freed drop
 */
#include "bug.h"

struct counter {
  volatile int users;
};

SITE struct counter *make(void) {
  struct counter *counter = PyMem_Calloc(1, sizeof *counter);
  counter->users = 1;
  return counter;
}

SITE void drop(struct counter *counter) {
  PyMem_Free(counter);
  __asm__("");
}

SITE void leave(struct counter *counter) {
  if (counter->users == 1) {
    drop(counter);
  }
  counter->users--;
}

BUG(write_after_free) {
  leave(make());
}
