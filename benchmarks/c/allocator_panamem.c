/* SPDX-License-Identifier: Apache-2.0
 *
 * Contenders through Panamem's domain table: PANAMEM_MALLOC says who serves, the path of a call is the same for all.
 */
#include "allocator.h"

#include <panamem/panamem.h>
#include <panamem/pymem.h>
#include <stdio.h>
#include <string.h>

bool allocator_open(const struct allocator_choice *choice, struct allocator *allocator) {
  if (strcmp(choice->name, "table") != 0) {
    fprintf(stderr, "panamem-bench: --allocator is table, not %s; panamem-bench-plain has the others\n", choice->name);
    return false;
  }
  if (panamem_start() != 0) {
    fprintf(stderr, "panamem-bench: %s\n", panamem_start_error());
    return false;
  }
  *allocator = (struct allocator){.malloc = PyMem_RawMalloc, .free = PyMem_RawFree};
  if (panamem_ping(1) == 1) {
    allocator->ping = panamem_ping;
  }
  return true;
}

void allocator_read_facts(struct allocator_facts *facts) {
  struct panamem_statistics statistics = {.struct_bytes = sizeof statistics};
  panamem_get_statistics(&statistics);
  *facts = (struct allocator_facts){
      .active = panamem_active(),
      .crossings = statistics.crossings,
      .allocated_blocks = statistics.calls,
      .ready_ns = statistics.ready_nanos,
      .boot_cpu_ns = statistics.boot_cpu_nanos,
  };
  for (size_t i = 0; i < sizeof statistics.fallback_blocks / sizeof statistics.fallback_blocks[0]; i++) {
    facts->fallback_blocks += statistics.fallback_blocks[i];
  }
}
