/* SPDX-License-Identifier: Apache-2.0
 *
 * The calling thread's own stack.
 */
#ifndef PANAMEM_NATIVE_STACK_H
#define PANAMEM_NATIVE_STACK_H

#include <stdbool.h>
#include <stdint.h>

struct panamem_stack {
  uint64_t low;  /* lowest usable address, guard excluded */
  uint64_t high; /* one past the highest */
};

/* Bounds of the stack that the OS or pthread gave the thread. The main thread's stack is counted down to most_main_bytes
 * below its top, whatever the OS would let it grow to. False when they cannot be told. May allocate with libc. */
bool panamem_stack_bounds(struct panamem_stack *stack, uint64_t most_main_bytes);

#endif
