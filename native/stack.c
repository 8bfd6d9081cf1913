/* SPDX-License-Identifier: Apache-2.0
 *
 * Stack bounds: pthread knows those of threads; the main thread's follow from its top and the resource limit.
 */
#include "stack.h"

#include <pthread.h>
#include <stddef.h>
#include <sys/resource.h>
#include <unistd.h>

extern void *__libc_stack_end; /* set by ld.so: the main thread's stack pointer at start */

static bool main_stack(struct panamem_stack *stack, uint64_t most_main_bytes) {
  struct rlimit limit;
  uint64_t bytes = most_main_bytes;
  if (getrlimit(RLIMIT_STACK, &limit) == 0 && limit.rlim_cur < bytes) {
    bytes = limit.rlim_cur;
  }
  uint64_t os_page_bytes = (uint64_t)sysconf(_SC_PAGESIZE);
  stack->high = ((uint64_t)__libc_stack_end + os_page_bytes) & ~(os_page_bytes - 1);
  stack->low = stack->high - bytes;
  return true;
}

static bool thread_stack(struct panamem_stack *stack) {
  pthread_attr_t attributes;
  if (pthread_getattr_np(pthread_self(), &attributes) != 0) {
    return false;
  }
  void *low = NULL;
  size_t bytes = 0;
  bool known = pthread_attr_getstack(&attributes, &low, &bytes) == 0;
  pthread_attr_destroy(&attributes);
  stack->low = (uint64_t)low;
  stack->high = stack->low + bytes;
  return known;
}

bool panamem_stack_bounds(struct panamem_stack *stack, uint64_t most_main_bytes) {
  return getpid() == gettid() ? main_stack(stack, most_main_bytes) : thread_stack(stack);
}
