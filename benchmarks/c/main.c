/* panamem-bench: one row for one contender, for a fixed number of operations; prints one JSON line. */
#include "team.h"
#include "usage.h"
#include "workload.h"

#include <dlfcn.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct pattern *const patterns[] = {&pattern_pair, &pattern_batch, &pattern_mixed, &pattern_handoff,
                                                 &pattern_noop};

struct request {
    const char *row;
    const char *contender;
    const struct pattern *pattern;
    struct allocator_choice choice;
    struct workload workload;
    uint64_t operations;
    uint64_t warmup_operations;
};

static _Noreturn void refuse(const char *what, const char *value)
{
    fprintf(stderr, "panamem-bench: %s: %s\n", what, value);
    exit(2);
}

static uint64_t parse_count(const char *option, const char *text)
{
    char *end;
    unsigned long long count = strtoull(text, &end, 10);
    if (end == text || *end != '\0' || text[0] == '-') {
        refuse(option, text);
    }
    return count;
}

static const struct pattern *parse_pattern(const char *name)
{
    for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++) {
        if (strcmp(patterns[i]->name, name) == 0) {
            return patterns[i];
        }
    }
    refuse("unknown pattern", name);
}

/* Exit 0 when the loader finds the library: the orchestrator asks before it promises a contender. */
static _Noreturn void probe(const char *library)
{
    if (dlopen(library, RTLD_LAZY | RTLD_LOCAL) == NULL) {
        fprintf(stderr, "panamem-bench: %s\n", dlerror());
        exit(1);
    }
    exit(0);
}

static struct request parse(int argc, char **argv)
{
    enum { ROW, CONTENDER, PATTERN, ALLOCATOR, LIBPYTHON, MIN_BYTES, MAX_BYTES, LIVE, THREADS, SEED, OPERATIONS, WARMUP, PROBE };
    static const struct option options[] = {
        {"row", required_argument, NULL, ROW},
        {"contender", required_argument, NULL, CONTENDER},
        {"pattern", required_argument, NULL, PATTERN},
        {"allocator", required_argument, NULL, ALLOCATOR},
        {"libpython", required_argument, NULL, LIBPYTHON},
        {"min-bytes", required_argument, NULL, MIN_BYTES},
        {"max-bytes", required_argument, NULL, MAX_BYTES},
        {"live", required_argument, NULL, LIVE},
        {"threads", required_argument, NULL, THREADS},
        {"seed", required_argument, NULL, SEED},
        {"operations", required_argument, NULL, OPERATIONS},
        {"warmup", required_argument, NULL, WARMUP},
        {"probe", required_argument, NULL, PROBE},
        {NULL, 0, NULL, 0},
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
        case ROW: request.row = optarg; break;
        case CONTENDER: request.contender = optarg; break;
        case PATTERN: request.pattern = parse_pattern(optarg); break;
        case ALLOCATOR: request.choice.name = optarg; break;
        case LIBPYTHON: request.choice.libpython_path = optarg; break;
        case MIN_BYTES: request.workload.min_bytes = parse_count("--min-bytes", optarg); break;
        case MAX_BYTES: request.workload.max_bytes = parse_count("--max-bytes", optarg); break;
        case LIVE: request.workload.live_count = parse_count("--live", optarg); break;
        case THREADS: request.workload.thread_count = (unsigned)parse_count("--threads", optarg); break;
        case SEED: request.workload.seed = parse_count("--seed", optarg); break;
        case OPERATIONS: request.operations = parse_count("--operations", optarg); break;
        case WARMUP: request.warmup_operations = parse_count("--warmup", optarg); break;
        case PROBE: probe(optarg);
        default: exit(2);
        }
    }
    return request;
}

static void check(struct request *request)
{
    struct workload *workload = &request->workload;
    if (request->pattern == NULL) {
        refuse("--pattern is missing", "pair, batch, mixed, handoff or noop");
    }
    if (workload->max_bytes < workload->min_bytes) {
        workload->max_bytes = workload->min_bytes;
    }
    if (workload->min_bytes == 0 || workload->live_count == 0 || workload->live_count > UINT32_MAX ||
        request->operations == 0 || workload->thread_count == 0 || workload->thread_count > 1024) {
        refuse(request->row, "sizes and counts start at 1");
    }
    if (workload->max_bytes % workload->min_bytes != 0 ||
        __builtin_popcountll(workload->max_bytes / workload->min_bytes) != 1) {
        refuse(request->row, "--max-bytes is --min-bytes times a power of two");
    }
    if (workload->thread_count % request->pattern->threads_per_operation != 0) {
        refuse(request->row, "the hand-off needs an even --threads");
    }
    if (strcmp(request->choice.name, "cpython") == 0 && workload->thread_count != 1) {
        refuse(request->row, "CPython's pymalloc needs the GIL: one thread only");
    }
}

static void print(const struct request *request, const struct measured *measured, int64_t begin_ns)
{
    unsigned concurrent = request->workload.thread_count / request->pattern->threads_per_operation;
    double per_thread = (double)request->operations;
    double total = per_thread * concurrent;
    const struct allocator_facts *before = &measured->before;
    const struct allocator_facts *after = &measured->after;
    uint64_t served_blocks = after->served_blocks - before->served_blocks;

    printf("{\"row\":\"%s\",\"contender\":\"%s\",\"pattern\":\"%s\",\"allocator\":\"%s\"", request->row,
           request->contender, request->pattern->name, request->choice.name);
    if (after->active != NULL) {
        printf(",\"active\":\"%s\"", after->active);
    }
    printf(",\"threads\":%u,\"operations\":%.0f", request->workload.thread_count, total);
    printf(",\"wallNsPerOperation\":%.3f", (double)measured->wall_ns / per_thread);
    printf(",\"cpuNsPerOperation\":%.3f", (double)measured->cpu_ns / total);
    if (after->has_crossings && served_blocks > 0) {
        printf(",\"crossingsPer1000\":%.3f",
               1000.0 * (double)(after->crossings - before->crossings) / (double)served_blocks);
    }
    printf(",\"processWallMs\":%.3f,\"processCpuMs\":%.3f,\"peakRssKib\":%lld}\n",
           (double)(usage_wall_ns() - begin_ns) / 1e6, (double)usage_cpu_ns() / 1e6, (long long)usage_peak_rss_kib());
}

int main(int argc, char **argv)
{
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
