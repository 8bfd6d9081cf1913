/* SPDX-License-Identifier: Apache-2.0
 *
 * Tests of C code that calls PyMem_* and PyObject_*: what does one call leave behind, and what does it do when the n-th
 * request for memory is refused? docs/TESTING_EXTENSIONS.md leads through both.
 *
 * All of it stands on the debug hooks: PANAMEM_MALLOC=debug or another <name>_debug, or PyMem_SetupDebugHooks() before the
 * first allocation. The library and the preload libraries export these functions; none wants the GIL for itself, and none
 * asks a domain for memory. One test is under way at a time in a process.
 *
 * Functions that answer -1 have said why in one line on stderr; panamem_test_error tells it again.
 */
#ifndef PANAMEM_TESTING_H
#define PANAMEM_TESTING_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#ifndef PANAMEM_API
#define PANAMEM_API __attribute__((visibility("default")))
#endif

/* Why the last of these functions answered -1; "" when none did. Valid until the next one does. */
PANAMEM_API const char *panamem_test_error(void);

/* ---- Leaks -------------------------------------------------------------------------------------------------------- */

/* Blocks that are made from here on are watched, in every domain and by every thread. One that a domain's row takes from
 * another domain counts once, for the domain that the program asked. 0, or -1: no hooks, a leak test is open already, or the
 * OS refused memory. */
PANAMEM_API int panamem_leak_begin(void);

/* What follows belongs to the next call of what is tested. Up to PANAMEM_LEAK_ROUNDS_MOST; 0 or -1.
 *
 * Without rounds every block counts that is alive at the end and was made since the beginning. With rounds, caches that
 * settle are told from leaks by the calls that their blocks are from, place by place (the function that asked, and the
 * Python lines that led there):
 *
 *   rounds = w warm-ups, e early ones, l late ones     w = rounds / 4, at least 1     l = (rounds - w) / 3
 *   a place leaks when blocks of two of its early rounds are alive at the end (of one, when e is 1)
 *
 * So a cache that is filled once, one that replaces what it holds, and a buffer that grows now and then do not count, but what
 * every other call leaves does. 8 rounds (2, 4, 2) are a good choice. A block that a realloc has moved stays of the round in which it was made. */
PANAMEM_API int panamem_leak_round(void);

#define PANAMEM_LEAK_ROUNDS_MOST 64

/* Ends the test: how many blocks one call leaks, or -1. Where that is not 0, the report goes to report, cut to report_bytes
 * with its '\0', or to stderr where report is NULL; it is text, or one line of JSON with PANAMEM_OPTIONS=format=json. Other
 * threads must be at rest. */
PANAMEM_API int64_t panamem_leak_end(char *report, size_t report_bytes);

/* ---- Refused requests ------------------------------------------------------------------------------------------------- */

/* A plan says which requests get NULL. Requests are calls of malloc, calloc and realloc functions, also for 0 bytes and also
 * reallocs that shrink, counted from 1:
 *
 *   N[-[M]][:raw|:mem|:obj][:size=BYTES][:site=NAME][:test]
 *
 * the N-th, those from N to M, or all from N on; of those in one domain, of one size as it was asked for, and at one site: the
 * function that calls, or LIBRARY+0xOFFSET as reports write it. A realloc that is refused leaves its block as it was. ":test" is
 * for PANAMEM_OPTIONS=fail=PLAN: the plan waits for panamem_fail_each (or the JUnit extension, or the pytest plugin), which
 * then tries this one alone.
 *
 * A request counts once, also where an allocator serves it from another domain, as `pymalloc` serves what is large from RAW.
 *
 * Counts from now on; another plan is given up. 0, or -1: no hooks, or the plan is malformed. */
PANAMEM_API int panamem_fail(const char *plan);

/* CPython's _testcapi.set_nomemory(start, stop): the first start requests are served, those up to the stop-th are refused, and
 * all that follow are served; with stop <= 0 none is. As there, what `pymalloc` asks RAW for counts once more. */
PANAMEM_API int panamem_fail_nomemory(int64_t start, int64_t stop);

/* Refuses nothing, but notes the site of each request that the filter lets through: the words of a plan behind its
 * numbers, e.g. "mem:size=64"; NULL or "" is every request. 0 or -1. */
PANAMEM_API int panamem_fail_note(const char *filter);

/* A plan or note rests (1) or goes on (0), e.g. around a test's own bookkeeping. Always 0. */
PANAMEM_API int panamem_fail_rest(int rests);

/* Ends a plan or note: how many requests it has counted; 0 when there was none. The counts stay readable. */
PANAMEM_API int64_t panamem_fail_stop(void);

/* How many requests the plan has refused. */
PANAMEM_API int64_t panamem_fail_refused(void);

/* From now on the process ends with status PANAMEM_FAIL_HANGS when so many further requests have been asked for while a plan
 * is in force; 0: never. For processes that were made to try a plan. */
PANAMEM_API void panamem_fail_budget(int64_t requests);

#define PANAMEM_FAIL_HANGS 97

/* What was noted of the number-th request. */
struct panamem_request {
  uint64_t key;     /* equal for requests of one site: native stack and Python lines */
  uint64_t bytes;   /* asked for */
  int domain;       /* 0 RAW, 1 MEM, 2 OBJ */
  char plan[256];   /* the shortest plan that refuses this request and no other of those noted, for use with ":test" */
};

/* Fills request, and writes the site into site, as text or JSON like a report, cut to site_bytes; NULL: not wanted. 0, or -1
 * when there was no such request or it came too late to be noted. */
PANAMEM_API int panamem_fail_request(int64_t number, struct panamem_request *request, char *site, size_t site_bytes);

/* The plan of PANAMEM_OPTIONS=fail=….:test, or NULL without one. Valid for the life of the process. */
PANAMEM_API const char *panamem_fail_asked_for(void);

/* ---- Every request, one after the other ----------------------------------------------------------------------------- */

/* What a call under test answers. */
enum panamem_outcome {
  PANAMEM_RIGHT = 0,  /* the result is right: it could do without */
  PANAMEM_REFUSED = 1, /* it reported the failure as it should, and changed nothing */
  PANAMEM_WRONG = 2   /* a wrong result, or a failure that is reported in a wrong way */
};

struct panamem_fail_test {
  uint64_t struct_bytes;               /* sizeof(struct panamem_fail_test) */
  int (*call)(void *argument);         /* answers an enum panamem_outcome; must be repeatable */
  void *argument;
  const char *filter;                  /* as for panamem_fail_note */
  int (*fork)(void);                   /* NULL: fork(); a host that must prepare for one brings its own */
  int rests;                           /* 1: call says itself when a plan is in force, by panamem_fail_rest(0) and (1) */
  uint32_t rounds;                     /* of each leak test; 0: 4 */
  uint32_t cpu_seconds;                /* more than that is a hang; 0: 10 */
  uint32_t seconds;                    /* likewise of the clock, for a deadlock; 0: 60 */
  uint64_t requests;                   /* likewise requests beyond what the call needs unrefused; 0: 100000 */
};

/* Calls it twice and then counts its requests; then makes a child process for each of them, in which that one is refused.
 * Answers how many distinct sites came to a bad verdict (crash, hang, leak, or wrong result), or -1: no hooks, or the call
 * does not answer PANAMEM_RIGHT by itself. The report tells each such site once, with a line for the environment that
 * refuses just that request; it goes where panamem_leak_end's goes.
 *
 * With PANAMEM_OPTIONS=fail=PLAN:test it tries this plan alone, in the calling process, so that a debugger sees it. */
PANAMEM_API int64_t panamem_fail_each(const struct panamem_fail_test *each, char *report, size_t report_bytes);

#ifdef __cplusplus
}
#endif

#endif
