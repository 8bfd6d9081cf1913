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
#define NEEDED_DATA_BYTES (512ull << 20)
#define THREADS 8

struct limit {
  int resource;
  const char *used_format; /* for the pages used, in /proc/self/statm */
  const char *name;
  uint64_t needed_bytes;
};

static const struct limit limits[] = {
    {RLIMIT_AS, "%" SCNu64, "address space, and the limit (ulimit -v)", NEEDED_BYTES},
    {RLIMIT_DATA, "%*u %*u %*u %*u %*u %" SCNu64, "data, and the limit (ulimit -d)", NEEDED_DATA_BYTES},
};

/* Bytes of this kind that the process has mapped; 0 when the OS does not tell. */
static uint64_t used_bytes(const struct limit *limit) {
  FILE *file = fopen("/proc/self/statm", "re");
  uint64_t pages = 0;
  if (file != NULL) {
    if (fscanf(file, limit->used_format, &pages) != 1) {
      pages = 0;
    }
    fclose(file);
  }
  return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

static bool has_room(const struct limit *limit, uint64_t stack_bytes, char *error, size_t error_bytes) {
  struct rlimit now;
  if (getrlimit((__rlimit_resource_t)limit->resource, &now) != 0 || now.rlim_cur == RLIM_INFINITY) {
    return true;
  }
  uint64_t used = used_bytes(limit);
  uint64_t left = now.rlim_cur > used ? now.rlim_cur - used : 0;
  uint64_t needed = limit->needed_bytes + THREADS * stack_bytes;
  if (left < needed) {
    snprintf(error, error_bytes, "a JVM needs %" PRIu64 " MiB of %s leaves %" PRIu64 " MiB", needed >> 20, limit->name,
             left >> 20);
  }
  return left >= needed;
}

bool panamem_jvm_has_room(uint64_t stack_bytes, char *error, size_t error_bytes) {
  for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
    if (!has_room(&limits[i], stack_bytes, error, error_bytes)) {
      return false;
    }
  }
  return true;
}
