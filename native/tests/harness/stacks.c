/* SPDX-License-Identifier: Apache-2.0
 *
 * Stacks that Java cannot use: too small, or nearly used up.
 */
#include <pthread.h>
#include <sys/resource.h>

#include "harness.h"

#define FRAME_BYTES 4096
#define LEFT_BYTES (64 << 10) /* of the stack, below the deepest allocation */

static void *work_small(void *argument) {
  size_t stack_bytes = (size_t)(uintptr_t)argument;
  work_at_random(stack_bytes, 3000, 100);
  return NULL;
}

void scenario_small_stacks(void) {
  for (size_t stack_bytes = 64 << 10; stack_bytes <= 1 << 20; stack_bytes *= 2) {
    pthread_attr_t attributes;
    pthread_t thread;
    EXPECT(pthread_attr_init(&attributes) == 0);
    EXPECT(pthread_attr_setstacksize(&attributes, stack_bytes) == 0);
    EXPECT(pthread_create(&thread, &attributes, work_small, (void *)(uintptr_t)stack_bytes) == 0);
    EXPECT(pthread_join(thread, NULL) == 0);
    EXPECT(pthread_attr_destroy(&attributes) == 0);
  }
}

/* Allocates on the way down, checks and frees on the way up. Sizes vary, so that magazines run empty at every depth. */
static __attribute__((noinline)) void descend(uint64_t depth, uint64_t deepest) {
  volatile char frame[FRAME_BYTES];
  frame[0] = 1;
  const struct family *family = &families[depth % DOMAINS];
  size_t bytes = (size_t)(depth * 977 % 40000);
  void *block = family->malloc(bytes);
  EXPECT(block != NULL);
  fill(block, bytes, depth);
  if (depth < deepest) {
    descend(depth + 1, deepest);
  }
  EXPECT(holds(block, bytes, depth) && frame[0] == 1);
  family->free(block);
}

static void *descend_thread(void *argument) {
  size_t stack_bytes = (size_t)(uintptr_t)argument;
  descend(0, (stack_bytes - LEFT_BYTES) / (FRAME_BYTES + 128));
  return NULL;
}

void scenario_deep_stack(void) {
  struct rlimit limit;
  EXPECT(getrlimit(RLIMIT_STACK, &limit) == 0);
  size_t main_bytes = limit.rlim_cur > 64 << 20 ? 64 << 20 : (size_t)limit.rlim_cur;
  descend_thread((void *)(main_bytes - (256 << 10))); /* the environment lies on the main stack too */
  pthread_attr_t attributes;
  pthread_t thread;
  size_t thread_bytes = 2 << 20;
  EXPECT(pthread_attr_init(&attributes) == 0);
  EXPECT(pthread_attr_setstacksize(&attributes, thread_bytes) == 0);
  EXPECT(pthread_create(&thread, &attributes, descend_thread, (void *)thread_bytes) == 0);
  EXPECT(pthread_join(thread, NULL) == 0);
  EXPECT(pthread_attr_destroy(&attributes) == 0);
}
