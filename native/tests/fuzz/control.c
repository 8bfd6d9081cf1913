/* SPDX-License-Identifier: Apache-2.0
 *
 * Steps over panamem.h: limits, purges, statistics, reports, traces, and every question that it answers.
 */
#include "fuzz.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "../../heap.h"

#define UNKNOWN_DOMAIN 3

int _PyObject_DebugMallocStats(FILE *out);
const char *_PyMem_GetCurrentAllocatorName(void);

static int nowhere = -1; /* /dev/null */
static uint64_t first_limits[1 + DOMAINS];

void control_prepare(void) {
  struct panamem_statistics statistics = {.struct_bytes = sizeof statistics};
  nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
  EXPECT(nowhere >= 0 && panamem_get_statistics(&statistics) == 0, "cannot begin");
  first_limits[0] = statistics.limit_bytes;
  for (int domain = 0; domain < DOMAINS; domain++) {
    first_limits[1 + domain] = statistics.domains[domain].limit_bytes;
  }
}

/* ---- Limits ------------------------------------------------------------------------------------------------------------- */

void step_limit(struct world *world) {
  static const uint64_t limits[] = {1, 16 << 10, 64 << 10, 512 << 10, 1 << 20, 2 << 20, 4 << 20, 8 << 20};
  int domain = (int)input_below(&world->input, DOMAINS + 2) - 1;
  uint64_t bytes = limits[input_below(&world->input, sizeof limits / sizeof limits[0])];
  int expected = domain == UNKNOWN_DOMAIN ? -1 : 0;
  EXPECT(panamem_limit(domain, bytes) == expected, "panamem_limit(%d) does not answer %d", domain, expected);
  world->limited = world->limited || expected == 0;
}

void step_lift_limits(struct world *world) {
  for (int domain = PANAMEM_ALL_DOMAINS; domain < DOMAINS; domain++) {
    panamem_limit(domain, first_limits[1 + domain]);
  }
  world->limited = false;
}

/* One that was lowered below what is in use takes nothing away, but nothing may grow beyond it. */
static void hold_one(uint64_t *before, uint64_t now, uint64_t limit) {
  EXPECT(now <= limit || now <= *before, "%lu bytes are committed, and were %lu; the limit is %lu", now, *before, limit);
  *before = now;
}

void limits_hold(void) {
  static uint64_t before[1 + DOMAINS];
  const struct panamem_page_heap *heap = &panamem_heap.page_heap;
  hold_one(&before[0], heap->committed_bytes, heap->limit_bytes);
  for (int domain = 0; domain < DOMAINS; domain++) {
    hold_one(&before[1 + domain], heap->used_bytes[domain], heap->domain_limit_bytes[domain]);
  }
}

/* ---- An OS that refuses ------------------------------------------------------------------------------------------------- */

void os_refuse(bool refuses) {
  struct rlimit limit;
  EXPECT(getrlimit(RLIMIT_DATA, &limit) == 0, "no limit to be read");
  limit.rlim_cur = refuses ? 1 : limit.rlim_max;
  EXPECT(setrlimit(RLIMIT_DATA, &limit) == 0, "no limit to be set");
}

/* From now on, or no longer. A JVM would not survive it. */
void step_os_refuses(struct world *world) {
  if (mode.without_java && mode.survives_refusals) {
    world->os_refuses = input_byte(&world->input) % 4 != 0;
    os_refuse(world->os_refuses);
    world->forgetful = true;
  }
}

void control_restore(struct world *world) {
  step_lift_limits(world);
  if (world->os_refuses) {
    world->os_refuses = false;
    os_refuse(false);
  }
}

/* ---- What the heap does and tells --------------------------------------------------------------------------------------- */

void step_purge(struct world *world) {
  uint64_t keep_bytes = (uint64_t)input_byte(&world->input) << 16;
  panamem_purge(input_byte(&world->input) % 8 == 0 ? UINT64_MAX : keep_bytes);
}

void step_statistics(struct world *world) {
  if (!world->at_sea) {
    model_count(world);
  }
}

void step_report(struct world *world) {
  if (world->os_refuses) {
    return;
  }
  switch (input_byte(&world->input) % 4) {
    case 0:
      EXPECT(panamem_report(nowhere) == 0, "panamem_report fails");
      break;
    case 1:
      EXPECT(panamem_report(-1) == -1, "panamem_report writes to no file");
      break;
    case 2:
      panamem_trace_write(nowhere);
      break;
    default: {
      FILE *out = fdopen(dup(nowhere), "w");
      if (out != NULL) {
        _PyObject_DebugMallocStats(out);
        fclose(out);
      }
    }
  }
}

void step_ask(struct world *world) {
  struct panamem_statistics statistics = {.struct_bytes = input_byte(&world->input)};
  PyMemAllocatorEx row;
  char on_the_stack;
  EXPECT(panamem_get_statistics(&statistics) == (statistics.struct_bytes == 0 ? -1 : 0), "statistics of %lu bytes",
         statistics.struct_bytes);
  EXPECT(panamem_get_statistics(NULL) == -1, "statistics into NULL");
  int64_t pong = panamem_ping(1 + input_byte(&world->input));
  EXPECT(pong >= 0 && pong <= 256, "panamem_ping answers %ld", pong);
  EXPECT(panamem_usable_size(NULL) == 0 && panamem_usable_size(&on_the_stack) == 0, "a foreign block has usable bytes");
  PyMem_GetAllocator((PyMemAllocatorDomain)UNKNOWN_DOMAIN, &row);
  EXPECT(row.ctx == NULL && row.malloc == NULL && row.free == NULL, "a row of no domain");
  PyMem_SetAllocator((PyMemAllocatorDomain)UNKNOWN_DOMAIN, &row);
  EXPECT(panamem_version() != NULL && panamem_active() != NULL && panamem_start_error() != NULL, "a text is missing");
  EXPECT(panamem_active_core() <= PANAMEM_CORE_FALLBACK, "no such core");
  EXPECT(panamem_install_cpython(NULL) == -1, "there is a CPython");
  EXPECT(panamem_java_heap_bytes() >= -1, "fewer bytes than none");
  _PyMem_GetCurrentAllocatorName();
}

/* tracemalloc's two functions, about addresses that nobody has. */
void step_track(struct world *world) {
  unsigned domain = input_byte(&world->input) % 3;
  uintptr_t address = (uintptr_t)(1 + input_byte(&world->input)) << 4;
  size_t bytes = input_bytes(&world->input);
  if (domain == 0) {
    domain = 77; /* 0 is that of live blocks */
  }
  int tracked = PyTraceMalloc_Track(domain, address, bytes);
  EXPECT(tracked == 0 || tracked == -1 || tracked == -2, "PyTraceMalloc_Track answers %d", tracked);
  int untracked = PyTraceMalloc_Untrack(domain, address);
  EXPECT(untracked == (tracked == -2 ? -2 : 0), "PyTraceMalloc_Untrack answers %d", untracked);
}

void step_java_check(struct world *world) {
  if (!world->at_sea) {
    program_prove(world, true);
  }
}
