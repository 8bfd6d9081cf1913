/* SPDX-License-Identifier: Apache-2.0
 *
 * What every pattern needs around its loop.
 */
#include "workload.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

void *workload_scratch(size_t bytes) {
  void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
  if (memory == MAP_FAILED) {
    workload_out_of_memory(bytes);
  }
  return memory;
}

_Noreturn void workload_out_of_memory(size_t bytes) {
  fprintf(stderr, "panamem-bench: no memory for %zu bytes\n", bytes);
  exit(1);
}
