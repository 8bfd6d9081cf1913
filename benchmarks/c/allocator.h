/* SPDX-License-Identifier: Apache-2.0
 *
 * What a workload may call: a malloc family behind pointers, the same indirection for every contender.
 */
#ifndef PANAMEM_BENCHMARKS_ALLOCATOR_H
#define PANAMEM_BENCHMARKS_ALLOCATOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct allocator {
  void *(*malloc)(size_t bytes);
  void *(*calloc)(size_t count, size_t bytes);
  void *(*realloc)(void *block, size_t bytes);
  void (*free)(void *block);
  int64_t (*ping)(int64_t value); /* one no-op crossing; NULL where there is no Java to cross to */
};

struct allocator_choice {
  const char *name;           /* --allocator */
  const char *libpython_path; /* --libpython */
};

/* What served, as far as the allocator can tell; read once before and once after the measured section. */
struct allocator_facts {
  const char *active;        /* name of what serves the RAW domain, or NULL when only the caller knows */
  const char *core;          /* what serves our heap: jvm, native or fallback; NULL when active is not ours */
  uint64_t crossings;        /* since the process began, likewise the next two */
  uint64_t allocated_blocks; /* successful allocations */
  uint64_t fallback_blocks;  /* those of them that Java did not serve */
  uint64_t ready_ns;         /* time to ready; 0 when Java does not serve, likewise the next */
  uint64_t boot_cpu_ns;
};

/* Ready to be measured (Java waited for); on failure prints one line to stderr and returns false. */
bool allocator_open(const struct allocator_choice *choice, struct allocator *allocator);
void allocator_read_facts(struct allocator_facts *facts);

#endif
