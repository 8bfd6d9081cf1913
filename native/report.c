/* SPDX-License-Identifier: Apache-2.0
 *
 * The report for people: who served, what is alive per domain and size class, what the OS gave and got back, and how
 * often C and Java met. It is composed on the stack and in libc's stdio buffer, never in the heap it speaks of.
 */
#include "report.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../include/panamem/panamem.h"
#include "aside.h"
#include "choice.h"
#include "domain_words.h"
#include "entry.h"
#include "guard.h"
#include "heap.h"
#include "options.h"
#include "sites.h"
#include "statistics.h"

static const char *const reason_names[PANAMEM_FALLBACK_REASONS] = {"boot", "child", "stack", "shutdown", "no Java"};
static const char *const core_names[] = {"none", "booting", "jvm", "native", "fallback"};

static double percent(uint64_t part, uint64_t whole) {
  return whole == 0 ? 0.0 : 100.0 * (double)part / (double)whole;
}

/* Those that lie outside the heap, so that none is ready. */
static void print_empty(FILE *out, uint32_t domain, const struct panamem_empty_blocks *empty) {
  if (empty->total > 0) {
    fprintf(out, "%-6s %9d %12" PRIu64 " %14d %14d %14" PRIu64 " %12d\n", panamem_domain_names[domain], 0, empty->live, 0, 0,
            empty->total, 0);
  }
}

static void print_blocks(FILE *out, const struct panamem_figures *figures) {
  fprintf(out, "%-6s %9s %12s %14s %14s %14s %12s\n", "domain", "size", "live blocks", "live bytes", "peak bytes",
          "total blocks", "ready blocks");
  for (uint32_t domain = 0; domain < PANAMEM_DOMAINS; domain++) {
    print_empty(out, domain, &figures->empty[domain]);
    for (uint32_t class = 1; class <= PANAMEM_CLASS_COUNT; class++) {
      const struct panamem_bin_figures *bin = &figures->bins[domain << PANAMEM_BIN_SHIFT | class];
      uint64_t block_bytes = panamem_heap.classes[class].block_bytes;
      if (bin->total > 0) {
        fprintf(out, "%-6s %9" PRIu64 " %12" PRIu64 " %14" PRIu64 " %14" PRIu64 " %14" PRIu64 " %12" PRIu64 "\n",
                panamem_domain_names[domain], block_bytes, bin->live_blocks, bin->live_blocks * block_bytes,
                bin->peak_blocks * block_bytes, bin->total, bin->ready_blocks);
      }
    }
    const struct panamem_large_figures *large = &figures->large[domain];
    if (large->total > 0) {
      fprintf(out, "%-6s %9s %12" PRIu64 " %14" PRIu64 " %14" PRIu64 " %14" PRIu64 " %12" PRIu64 "\n",
              panamem_domain_names[domain], "large", large->live_blocks, large->live_bytes, large->peak_bytes, large->total,
              large->ready_blocks);
    }
  }
}

static void print_domains(FILE *out, const struct panamem_statistics *statistics) {
  fprintf(out, "%-6s %12s %14s %14s %14s %14s\n", "domain", "live blocks", "live bytes", "peak bytes", "total blocks",
          "committed");
  for (int domain = 0; domain < PANAMEM_DOMAINS; domain++) {
    const struct panamem_domain_statistics *one = &statistics->domains[domain];
    fprintf(out, "%-6s %12" PRIu64 " %14" PRIu64 " %14" PRIu64 " %14" PRIu64 " %14" PRIu64 "\n", panamem_domain_names[domain],
            one->live_blocks, one->live_bytes, one->peak_bytes, one->total_allocations, one->committed_bytes);
  }
}

static void print_page_heap(FILE *out, const struct panamem_statistics *statistics) {
  const struct panamem_page_heap *heap = &panamem_heap.page_heap;
  fprintf(out, "arenas %" PRIu64 " of %d bytes; committed %" PRIu64 " bytes (peak %" PRIu64 ", dirty %" PRIu64
               "), returned to the OS %" PRIu64 " bytes\n",
          statistics->arenas, PANAMEM_ARENA_BYTES, statistics->committed_bytes, statistics->committed_peak_bytes,
          statistics->dirty_bytes, statistics->returned_bytes);
  if (statistics->limit_bytes > 0 || heap->refused_limit > 0 || heap->refused_os > 0) {
    fprintf(out, "limit %" PRIu64 " bytes; refused by limit %" PRIu64 ", by the OS %" PRIu64 "\n",
            statistics->limit_bytes, heap->refused_limit, heap->refused_os);
  }
}

static void print_crossings(FILE *out, const struct panamem_statistics *statistics,
                            const struct panamem_figures *figures) {
  uint64_t javas_calls =
      statistics->calls > figures->fallback_blocks ? statistics->calls - figures->fallback_blocks : 0;
  double per_thousand = javas_calls == 0 ? 0.0 : 1000.0 * (double)statistics->crossings / (double)javas_calls;
  fprintf(out, "calls %" PRIu64 ", crossings %" PRIu64 " (%.2f per 1,000 calls), threads %" PRIu64 "\n",
          statistics->calls, statistics->crossings, per_thousand, statistics->threads);
  fprintf(out, "fallback handed out %" PRIu64 " blocks (%.2f %% of calls):", figures->fallback_blocks,
          percent(figures->fallback_blocks, statistics->calls));
  for (int reason = 0; reason < PANAMEM_FALLBACK_REASONS; reason++) {
    fprintf(out, "%s %s %" PRIu64, reason == 0 ? "" : ",", reason_names[reason], statistics->fallback_blocks[reason]);
  }
  fprintf(out, "\n");
}

/* What debug hooks and traces remember (history.h, trace_map.h, sites.h); it is no part of the heap. */
static void print_aside(FILE *out) {
  if (panamem_aside_bytes() > 0) {
    fprintf(out, "debug hooks and traces remember blocks and %" PRIu32 " sites in %" PRIu64 " bytes beside the heap\n",
            panamem_sites_count(), panamem_aside_bytes());
  }
}

/* Of `guard`; a block that no pages were left for is the arena's. */
static void print_guard(FILE *out) {
  uint64_t guarded, unguarded;
  panamem_guard_counts(&guarded, &unguarded);
  if (guarded + unguarded > 0) {
    fprintf(out, "guard: %" PRIu64 " blocks had pages of their own; for %" PRIu64 " no pages were left\n", guarded, unguarded);
  }
}

static bool java_waits_for_growth(void) {
  return panamem_choice.java && panamem_options.boot == PANAMEM_BOOT_LAZY && panamem_state() == PANAMEM_STATE_IDLE;
}

static void print(FILE *out) {
  struct panamem_statistics statistics = {.struct_bytes = sizeof statistics};
  struct panamem_figures figures;
  panamem_get_statistics(&statistics);
  panamem_figures_take(&figures);
  fprintf(out, "panamem %s report, process %d: allocator %s, core %s", panamem_version(), getpid(), panamem_active(),
          core_names[panamem_active_core()]);
  if (statistics.ready_nanos > 0) {
    fprintf(out, ", ready after %.1f ms (%.1f ms CPU)", (double)statistics.ready_nanos / 1e6,
            (double)statistics.boot_cpu_nanos / 1e6);
  } else if (java_waits_for_growth()) {
    fprintf(out, ": Java starts when %" PRIu64 " bytes are committed (boot=lazy)", panamem_options.boot_after_bytes);
  }
  fprintf(out, "\n");
  print_domains(out, &statistics);
  print_blocks(out, &figures);
  print_page_heap(out, &statistics);
  print_crossings(out, &statistics, &figures);
  print_guard(out);
  print_aside(out);
}

int panamem_report_into(int descriptor, void (*print_it)(FILE *out)) {
  int copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
  FILE *out = copy < 0 ? NULL : fdopen(copy, "w");
  if (out == NULL) {
    if (copy >= 0) {
      close(copy);
    }
    return -1;
  }
  print_it(out);
  return fclose(out) == 0 ? 0 : -1;
}

int panamem_report(int descriptor) {
  return panamem_report_into(descriptor, print);
}

/* ---- At exit ------------------------------------------------------------------------------------------------------------------ */

static pid_t reporting_process;

/* The option's file name with %p replaced by the process id. */
static void expand(const char *pattern, char *path, size_t path_bytes) {
  const char *mark = strstr(pattern, "%p");
  if (mark == NULL) {
    snprintf(path, path_bytes, "%s", pattern);
  } else {
    snprintf(path, path_bytes, "%.*s%d%s", (int)(mark - pattern), pattern, getpid(), mark + 2);
  }
}

void panamem_report_to(const char *pattern, const char *what, void (*print_it)(FILE *out)) {
  char path[PANAMEM_OPTION_PATH_BYTES + 16];
  expand(pattern, path, sizeof path);
  FILE *out = fopen(path, "we");
  if (out != NULL) {
    print_it(out);
  }
  if (out == NULL || fclose(out) != 0) {
    fprintf(stderr, "panamem: cannot write the %s to %s: %m\n", what, path);
  }
}

bool panamem_speaks_on_stderr(void) {
  const char *process = getenv("PANAMEM_REPORT_PROCESS");
  return process == NULL || process[0] == '\0' || atoi(process) == getpid();
}

static void report_at_exit(void) {
  if (getpid() != reporting_process || (panamem_options.report_file[0] == '\0' && !panamem_speaks_on_stderr())) {
    return;
  }
  if (panamem_options.report_file[0] == '\0') {
    panamem_report(STDERR_FILENO);
    return;
  }
  panamem_report_to(panamem_options.report_file, "report", print);
}

void panamem_report_at_exit(void) {
  bool first = reporting_process == 0;
  reporting_process = getpid();
  if (first) { /* a Java host may open us again */
    atexit(report_at_exit);
  }
}
