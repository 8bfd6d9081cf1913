/* SPDX-License-Identifier: Apache-2.0
 *
 * libpanamem-bench-loops.so: loops in C over entries, for JMH: one call from Java into C, many from C into Java.
 */
#include <stdint.h>

#define EXPORT __attribute__((visibility("default")))

typedef int64_t (*entry)(int64_t, int64_t, int64_t);

/* Sum of the answers, so that a caller can see that all calls arrived. */
EXPORT int64_t panamem_bench_calls(entry called, int64_t count) {
  int64_t sum = 0;
  for (int64_t i = 0; i < count; i++) {
    sum += called(1, 0, 0);
  }
  return sum;
}

/* Blocks that came and went; fewer than count when one was refused. */
EXPORT int64_t panamem_bench_pairs(entry allocate, entry release, int64_t thread, int64_t request, int64_t count) {
  for (int64_t i = 0; i < count; i++) {
    int64_t block = allocate(thread, request, 0);
    if (block == 0 || release(thread, block, 0) == 0) {
      return i;
    }
  }
  return count;
}
