/* SPDX-License-Identifier: Apache-2.0
 *
 * Steps on stacks that Java cannot use: nearly at its end, and not the thread's own (as greenlet has them). The next step of
 * the program is taken there.
 */
#include "fuzz.h"

#include <alloca.h>
#include <pthread.h>
#include <stdlib.h>
#include <ucontext.h>

#define LEFT_BYTES (128 << 10) /* less than Java wants */
#define FOREIGN_BYTES (256 << 10)

/* ---- Nearly at its end -------------------------------------------------------------------------------------------------- */

/* Bytes between here and the end of the calling thread's stack; 0 where it grows by itself or is someone else's. */
static size_t bytes_left(void) {
  pthread_attr_t attributes;
  void *end = NULL;
  size_t bytes = 0;
  if (pthread_getattr_np(pthread_self(), &attributes) != 0) {
    return 0;
  }
  pthread_attr_getstack(&attributes, &end, &bytes);
  pthread_attr_destroy(&attributes);
  char *here = __builtin_frame_address(0);
  return here < (char *)end || here > (char *)end + bytes ? 0 : (size_t)(here - (char *)end);
}

static __attribute__((noinline)) void take_step_below(struct world *world, size_t bytes) {
  volatile char *skipped = alloca(bytes);
  skipped[0] = 1;
  program_inner_step(world);
}

void step_deep_stack(struct world *world) {
  size_t left = bytes_left();
  if (world->turn != 0 && !world->is_child && left > LEFT_BYTES) {
    take_step_below(world, left - LEFT_BYTES);
  }
}

/* ---- Not its own -------------------------------------------------------------------------------------------------------- */

static struct world *visitor;

static void be_elsewhere(void) {
  program_inner_step(visitor);
}

void step_foreign_stack(struct world *world) {
  ucontext_t here, there;
  void *stack = malloc(FOREIGN_BYTES);
  if (stack != NULL && getcontext(&there) == 0) {
    visitor = world;
    there.uc_stack.ss_sp = stack;
    there.uc_stack.ss_size = FOREIGN_BYTES;
    there.uc_link = &here;
    makecontext(&there, be_elsewhere, 0);
    swapcontext(&here, &there);
  }
  free(stack);
}
