/* SPDX-License-Identifier: Apache-2.0
 *
 * What a small JVM maps: its classes and code, its heap, and per thread a stack and an arena of libc's malloc.
 */
#include "jvm_room.h"

#include <inttypes.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#define NEEDED_BYTES (1024ull << 20) /* measured on JDK 25: 700 MiB do, most of the time */
#define THREADS 8

/* Bytes of address space that this process has mapped; 0 when the OS does not tell. */
static uint64_t mapped_bytes(void) {
  FILE *file = fopen("/proc/self/statm", "re");
  uint64_t pages = 0;
  if (file != NULL) {
    if (fscanf(file, "%" SCNu64, &pages) != 1) {
      pages = 0;
    }
    fclose(file);
  }
  return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

bool panamem_jvm_has_room(uint64_t stack_bytes, char *error, size_t error_bytes) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) {
    return true;
  }
  uint64_t mapped = mapped_bytes();
  uint64_t left = limit.rlim_cur > mapped ? limit.rlim_cur - mapped : 0;
  uint64_t needed = NEEDED_BYTES + THREADS * stack_bytes;
  if (left < needed) {
    snprintf(error, error_bytes, "a JVM needs %" PRIu64 " MiB of address space, and the limit (ulimit -v) leaves %" PRIu64 " MiB",
             needed >> 20, left >> 20);
  }
  return left >= needed;
}
