/* SPDX-License-Identifier: Apache-2.0
 *
 * Contenders through Panamem's domain table: PANAMEM_MALLOC says who serves, the path of a call is the same for all.
 */
#include "allocator.h"

#include <panamem/panamem.h>
#include <panamem/pymem.h>
#include <stdio.h>
#include <string.h>

static const struct allocator raw_domain = {
    .malloc = PyMem_RawMalloc, .calloc = PyMem_RawCalloc, .realloc = PyMem_RawRealloc, .free = PyMem_RawFree};
static const struct allocator object_domain = {
    .malloc = PyObject_Malloc, .calloc = PyObject_Calloc, .realloc = PyObject_Realloc, .free = PyObject_Free};

bool allocator_open(const struct allocator_choice *choice, struct allocator *allocator) {
  bool object = strcmp(choice->name, "table-object") == 0;
  if (!object && strcmp(choice->name, "table") != 0) {
    fprintf(stderr,
            "panamem-bench: --allocator is table or table-object, not %s; panamem-bench-plain has the others\n",
            choice->name);
    return false;
  }
  if (panamem_start() != 0) {
    fprintf(stderr, "panamem-bench: %s\n", panamem_start_error());
    return false;
  }
  *allocator = object ? object_domain : raw_domain;
  if (panamem_ping(1) == 1) {
    allocator->ping = panamem_ping;
  }
  return true;
}

static const char *core_name(void) {
  switch (panamem_active_core()) {
    case PANAMEM_CORE_NONE: return NULL;
    case PANAMEM_CORE_BOOTING: return "booting";
    case PANAMEM_CORE_JVM: return "jvm";
    case PANAMEM_CORE_NATIVE: return "native";
    case PANAMEM_CORE_FALLBACK: return "fallback";
  }
  return "unknown";
}

void allocator_read_facts(struct allocator_facts *facts) {
  struct panamem_statistics statistics = {.struct_bytes = sizeof statistics};
  panamem_get_statistics(&statistics);
  *facts = (struct allocator_facts){
      .active = panamem_active(),
      .core = core_name(),
      .crossings = statistics.crossings,
      .allocated_blocks = statistics.calls,
      .ready_ns = statistics.ready_nanos,
      .boot_cpu_ns = statistics.boot_cpu_nanos,
  };
  for (size_t i = 0; i < sizeof statistics.fallback_blocks / sizeof statistics.fallback_blocks[0]; i++) {
    facts->fallback_blocks += statistics.fallback_blocks[i];
  }
}
