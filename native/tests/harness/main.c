/* SPDX-License-Identifier: Apache-2.0
 *
 * panamem-harness [--start] [SCENARIO …]: runs the named scenarios, or all that every allocator can pass, one line each;
 * then says what served and what is still alive. --start waits for Java first, and for its upcall.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness.h"

const struct family families[DOMAINS] = {
    {"raw", PyMem_RawMalloc, PyMem_RawCalloc, PyMem_RawRealloc, PyMem_RawFree},
    {"mem", PyMem_Malloc, PyMem_Calloc, PyMem_Realloc, PyMem_Free},
    {"obj", PyObject_Malloc, PyObject_Calloc, PyObject_Realloc, PyObject_Free},
};

static const struct scenario {
  const char *name;
  void (*run)(void);
  bool ours_only; /* asks about Panamem's own heap */
  bool on_request;
} scenarios[] = {
    {"sizes", scenario_sizes, false, false},
    {"zero-sizes", scenario_zero_sizes, false, false},
    {"calloc", scenario_calloc, false, false},
    {"edges", scenario_edges, false, false},
    {"chains", scenario_chains, false, false},
    {"random", scenario_random, false, false},
    {"threads", scenario_threads, false, false},
    {"remote-frees", scenario_remote_frees, false, false},
    {"thread-ends", scenario_thread_ends, false, false},
    {"late-frees", scenario_late_frees, false, false},
    {"small-stacks", scenario_small_stacks, false, false},
    {"deep-stack", scenario_deep_stack, false, false},
    {"fork", scenario_fork, false, false},
    {"fork-among-threads", scenario_fork_among_threads, false, false},
    {"limit", scenario_limit, true, false},
    {"domain-limit", scenario_domain_limit, true, false},
    {"walk", scenario_walk, true, false},
    {"purge", scenario_purge, true, false},
    {"garbage", scenario_garbage, true, true},
};

#define SCENARIOS (sizeof scenarios / sizeof scenarios[0])

static const char *running = "";

_Noreturn void fail(const char *file, int line, const char *text) {
  fprintf(stderr, "FAIL %s: %s:%d: %s\n", running, file, line, text);
  _exit(1);
}

bool panamem_serves(void) {
  static const char *const ours[] = {"arena", "upcall"};
  for (size_t i = 0; i < sizeof ours / sizeof ours[0]; i++) {
    if (strncmp(panamem_active(), ours[i], strlen(ours[i])) == 0) {
      return true;
    }
  }
  return false;
}

bool hooks_are_on(void) {
  return strstr(panamem_active(), "debug") != NULL;
}

static void run(const struct scenario *scenario) {
  if (scenario->ours_only && !panamem_serves()) {
    printf("skip %s: asks about Panamem's heap, and %s serves\n", scenario->name, panamem_active());
    return;
  }
  running = scenario->name;
  scenario->run();
  printf("ok %s\n", scenario->name);
  fflush(stdout);
}

static void run_named(const char *name) {
  for (size_t i = 0; i < SCENARIOS; i++) {
    if (strcmp(scenarios[i].name, name) == 0) {
      run(&scenarios[i]);
      return;
    }
  }
  fprintf(stderr, "panamem-harness: no scenario '%s'\n", name);
  exit(2);
}

static void conclude(void) {
  static const char *const cores[] = {"none", "booting", "jvm", "native", "fallback"};
  struct panamem_statistics statistics = {.struct_bytes = sizeof statistics};
  EXPECT(panamem_get_statistics(&statistics) == 0);
  uint64_t live_blocks = 0;
  for (int domain = 0; domain < DOMAINS; domain++) {
    live_blocks += statistics.domains[domain].live_blocks;
  }
  char text[512] = "";
  int check = panamem_check(text, sizeof text);
  printf("active %s\ncore %s\nlive %llu\ncheck %d %s\n", panamem_active(), cores[panamem_active_core()],
         (unsigned long long)live_blocks, check, text);
}

int main(int count, char **arguments) {
  int first = 1;
  if (count > 1 && strcmp(arguments[1], "--start") == 0) {
    printf("start %d %s\n", panamem_start(), panamem_start_error());
    await_upcall();
    first = 2;
  }
  fflush(stdout);
  for (int i = first; i < count; i++) {
    run_named(arguments[i]);
  }
  for (size_t i = 0; first == count && i < SCENARIOS; i++) {
    if (!scenarios[i].on_request) {
      run(&scenarios[i]);
    }
  }
  running = "conclusion";
  conclude();
  return 0;
}
