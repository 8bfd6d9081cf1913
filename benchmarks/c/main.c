/* SPDX-License-Identifier: Apache-2.0
 *
 * panamem-bench: one row for one contender, for a fixed number of operations; prints one JSON line.
 */
#include "team.h"
#include "usage.h"
#include "workload.h"

#include <dlfcn.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct pattern *const patterns[] = {&pattern_pair,  &pattern_batch,  &pattern_mixed, &pattern_handoff,
                                                 &pattern_grow,  &pattern_calloc, &pattern_churn, &pattern_noop};

struct request {
  const char *row;
  const char *contender;
  const struct pattern *pattern;
  struct allocator_choice choice;
  struct workload workload;
  uint64_t operations;
  uint64_t warmup_operations;
};

static _Noreturn void refuse(const char *what, const char *value) {
  fprintf(stderr, "panamem-bench: %s: %s\n", what, value);
  exit(2);
}

static uint64_t parse_count(const char *option, const char *text) {
  char *end;
  unsigned long long count = strtoull(text, &end, 10);
  if (end == text || *end != '\0' || text[0] == '-') {
    refuse(option, text);
  }
  return count;
}

static const struct pattern *parse_pattern(const char *name) {
  for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++) {
    if (strcmp(patterns[i]->name, name) == 0) {
      return patterns[i];
    }
  }
  refuse("unknown pattern", name);
}

/* Exit 0 when the loader finds the library: the orchestrator asks before it promises a contender. */
static _Noreturn void probe(const char *library) {
  if (dlopen(library, RTLD_LAZY | RTLD_LOCAL) == NULL) {
    fprintf(stderr, "panamem-bench: %s\n", dlerror());
    exit(1);
  }
  exit(0);
}

static struct request parse(int argc, char **argv) {
  static const struct option options[] = {
      {"row", required_argument, NULL, 'r'},        {"contender", required_argument, NULL, 'c'},
      {"pattern", required_argument, NULL, 'p'},    {"allocator", required_argument, NULL, 'a'},
      {"libpython", required_argument, NULL, 'y'},  {"min-bytes", required_argument, NULL, 'm'},
      {"max-bytes", required_argument, NULL, 'M'},  {"live", required_argument, NULL, 'l'},
      {"threads", required_argument, NULL, 't'},    {"seed", required_argument, NULL, 's'},
      {"operations", required_argument, NULL, 'o'}, {"warmup", required_argument, NULL, 'w'},
      {"probe", required_argument, NULL, 'P'},      {NULL, 0, NULL, 0},
  };
  struct request request = {
      .row = "",
      .contender = "",
      .choice = {.name = "direct"},
      .workload = {.min_bytes = 64, .live_count = 1, .thread_count = 1, .seed = 1},
      .operations = 1000000,
  };
  int option;
  while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
    switch (option) {
      case 'r': request.row = optarg; break;
      case 'c': request.contender = optarg; break;
      case 'p': request.pattern = parse_pattern(optarg); break;
      case 'a': request.choice.name = optarg; break;
      case 'y': request.choice.libpython_path = optarg; break;
      case 'm': request.workload.min_bytes = parse_count("--min-bytes", optarg); break;
      case 'M': request.workload.max_bytes = parse_count("--max-bytes", optarg); break;
      case 'l': request.workload.live_count = parse_count("--live", optarg); break;
      case 't': request.workload.thread_count = (unsigned)parse_count("--threads", optarg); break;
      case 's': request.workload.seed = parse_count("--seed", optarg); break;
      case 'o': request.operations = parse_count("--operations", optarg); break;
      case 'w': request.warmup_operations = parse_count("--warmup", optarg); break;
      case 'P': probe(optarg);
      default: exit(2);
    }
  }
  return request;
}

static void check(struct request *request) {
  struct workload *workload = &request->workload;
  if (request->pattern == NULL) {
    refuse("--pattern is missing", "pair, batch, mixed, handoff, grow, calloc, churn or noop");
  }
  if (workload->max_bytes < workload->min_bytes) {
    workload->max_bytes = workload->min_bytes;
  }
  if (workload->min_bytes == 0 || workload->live_count > UINT32_MAX || request->operations == 0 ||
      workload->thread_count == 0 || workload->thread_count > 1024) {
    refuse(request->row, "sizes and counts start at 1");
  }
  if (workload->max_bytes % workload->min_bytes != 0 ||
      __builtin_popcountll(workload->max_bytes / workload->min_bytes) != 1) {
    refuse(request->row, "--max-bytes is --min-bytes times a power of two");
  }
  if (workload->live_count < request->pattern->least_live_count) {
    fprintf(stderr, "panamem-bench: %s: --live is at least %zu\n", request->row, request->pattern->least_live_count);
    exit(2);
  }
  if (workload->thread_count % request->pattern->threads_per_operation != 0) {
    refuse(request->row, "the hand-off needs an even --threads");
  }
  if (strcmp(request->choice.name, "cpython") == 0 && workload->thread_count != 1) {
    refuse(request->row, "CPython's pymalloc needs the GIL: one thread only");
  }
}

/* What a run of the table tells about itself: who served, and how often it crossed for what Java served. */
static void print_facts(const struct allocator_facts *before, const struct allocator_facts *after) {
  if (after->active == NULL) {
    return;
  }
  printf(",\"active\":\"%s\"", after->active);
  if (after->core != NULL) {
    printf(",\"core\":\"%s\"", after->core);
  }
  uint64_t allocated_blocks = after->allocated_blocks - before->allocated_blocks;
  uint64_t fallback_blocks = after->fallback_blocks - before->fallback_blocks;
  if (allocated_blocks > fallback_blocks) {
    double served_blocks = (double)(allocated_blocks - fallback_blocks);
    printf(",\"crossingsPer1000\":%.3f", 1000.0 * (double)(after->crossings - before->crossings) / served_blocks);
    printf(",\"fallbackShare\":%.6f", (double)fallback_blocks / (double)allocated_blocks);
  }
  if (after->ready_ns != 0) {
    printf(",\"readyMs\":%.3f,\"bootCpuMs\":%.3f", (double)after->ready_ns / 1e6, (double)after->boot_cpu_ns / 1e6);
  }
}

static void print(const struct request *request, const struct measured *measured, int64_t begin_ns) {
  unsigned concurrent = request->workload.thread_count / request->pattern->threads_per_operation;
  double per_thread = (double)request->operations;
  double total = per_thread * concurrent;

  printf("{\"row\":\"%s\",\"contender\":\"%s\",\"pattern\":\"%s\",\"allocator\":\"%s\"", request->row,
         request->contender, request->pattern->name, request->choice.name);
  printf(",\"threads\":%u,\"operations\":%.0f", request->workload.thread_count, total);
  printf(",\"wallNsPerOperation\":%.3f", (double)measured->wall_ns / per_thread);
  printf(",\"cpuNsPerOperation\":%.3f", (double)measured->cpu_ns / total);
  print_facts(&measured->before, &measured->after);
  double process_cpu_ns = (double)usage_cpu_ns();
  double all = total + (double)request->warmup_operations * concurrent;
  printf(",\"processCpuNsPerOperation\":%.3f", process_cpu_ns / all);
  printf(",\"processWallMs\":%.3f,\"processCpuMs\":%.3f,\"peakRssKib\":%lld}\n",
         (double)(usage_wall_ns() - begin_ns) / 1e6, process_cpu_ns / 1e6, (long long)usage_peak_rss_kib());
}

int main(int argc, char **argv) {
  int64_t begin_ns = usage_wall_ns();
  struct request request = parse(argc, argv);
  check(&request);
  if (!allocator_open(&request.choice, &request.workload.allocator)) {
    return 1;
  }
  struct measured measured =
      team_run(request.pattern, &request.workload, request.warmup_operations, request.operations);
  print(&request, &measured, begin_ns);
  return 0;
}
