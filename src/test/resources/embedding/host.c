/* SPDX-License-Identifier: Apache-2.0
 *
 * Panamem is asked by name, because a preload library is there without being linked.
 */
#include "host.h"

#include <dlfcn.h>
#include <stdio.h>

#include "count.h"
#ifdef WITH_PANAMEM
#include <panamem/panamem.h>
#else
struct panamem_domain_statistics { /* of include/panamem/panamem.h */
  uint64_t live_blocks, live_bytes, peak_bytes, total_allocations, committed_bytes, limit_bytes;
};
struct panamem_statistics {
  uint64_t struct_bytes;
  struct panamem_domain_statistics domains[3];
  uint64_t arenas, committed_bytes;
};
#endif

static const char *const domain_names[] = {"RAW", "MEM", "OBJ"};

bool host_counts;

static void *panamem(const char *name) {
  return dlsym(RTLD_DEFAULT, name);
}

void host_requires(bool what, const char *words) {
  if (!what) {
    fprintf(stderr, "embed: not true: %s\n", words);
    exit(99);
  }
}

void host_installs(void) {
#ifdef WITH_PANAMEM
  host_requires(panamem_install_cpython(NULL) == 0, "Panamem is installed");
#else
  if (host_counts) {
    count_installs();
  }
#endif
}

void host_pre_initialize(void) {
  PyPreConfig config;
  PyPreConfig_InitPythonConfig(&config);
  host_requires(!PyStatus_Exception(Py_PreInitialize(&config)), "Py_PreInitialize");
  host_installs();
}

static bool take(struct panamem_statistics *statistics) {
  int (*get)(struct panamem_statistics *) = (int (*)(struct panamem_statistics *))panamem("panamem_get_statistics");
  memset(statistics, 0, sizeof *statistics);
  statistics->struct_bytes = sizeof *statistics;
  return get != NULL && get(statistics) == 0;
}

void host_tells_what_is_alive(const char *when) {
  struct panamem_statistics statistics;
  bool there = take(&statistics);
  if (!there && !host_counts) {
    return;
  }
  printf("alive %s:", when);
  for (int domain = 0; domain < 3; domain++) {
    long long blocks = there ? (long long)statistics.domains[domain].live_blocks : count_alive(domain);
    printf(" %s %lld", domain_names[domain], blocks);
  }
  printf("\n");
}

void host_checks(void) {
  int (*check)(char *, size_t) = (int (*)(char *, size_t))panamem("panamem_check");
  char text[256] = "";
  if (check != NULL && check(text, sizeof text) == 0) {
    host_requires(false, text);
  }
}

struct host_use host_use(void) {
  struct panamem_statistics statistics;
  uint64_t (*purge)(uint64_t) = (uint64_t (*)(uint64_t))panamem("panamem_purge");
  struct host_use use = {0, 0};
  if (purge != NULL) {
    purge(0);
  }
  if (take(&statistics)) {
    use.committed_bytes = statistics.committed_bytes;
    for (int domain = 0; domain < 3; domain++) {
      use.live_blocks += statistics.domains[domain].live_blocks;
    }
  }
  return use;
}
