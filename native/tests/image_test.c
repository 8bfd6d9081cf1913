/* SPDX-License-Identifier: Apache-2.0
 *
 * The native core, played by a library beside the test program; each case in a child of its own, because a core starts
 * once per process.
 */
#include "fixture.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../include/panamem/panamem.h"
#include "../arrival.h"
#include "../entry.h"
#include "../heap.h"
#include "../image.h"
#include "../magazine.h"
#include "../start.h"
#include "capture.h"
#include "fake_core.h"
#include "fake_entries.h"
#include "fake_jvm.h"

#define OBJ PANAMEM_DOMAIN_CONTEXT(2)

/* The library's own part of the start is not linked here. */
void panamem_install_chosen(void) {
}

static struct fake_core *core;
static char error[512];

/* The fake core, with the fake entries behind its own. */
static void meet_core(void) {
  core = dlsym(dlopen(FAKE_CORE_LIBRARY, RTLD_NOW | RTLD_LOCAL), FAKE_CORE_NAME);
  REQUIRE(core != NULL);
  fake_entries_serve();
  memcpy(core->entries, panamem_heap.entries, sizeof core->entries);
  memset(panamem_heap.entries, 0, sizeof panamem_heap.entries);
  panamem_attachment = (struct panamem_attachment){0};
  panamem_state_set(PANAMEM_STATE_IDLE);
}

static void configure(const char *name, const char *options) {
  if (!panamem_configure(name, options, false, error, sizeof error)) {
    fprintf(stderr, "%s\n", error);
    _exit(9);
  }
}

static void use(void) {
  void *block = panamem_arena_malloc(OBJ, 100);
  REQUIRE(panamem_is_ours(block));
  panamem_arena_free(OBJ, block);
}

/* ---- Serving ---------------------------------------------------------------------------------------------------------------- */

static void before_main(const char *malloc, const char *options) {
  meet_core();
  setenv("PANAMEM_MALLOC", malloc, 1);
  setenv("PANAMEM_OPTIONS", options, 1);
  panamem_load_for_cpython();
  REQUIRE(panamem_active_core() == PANAMEM_CORE_NONE);
  panamem_load_finish();
}

static void serves(void *argument) {
  (void)argument;
  before_main("arena", "boot=sync");
  REQUIRE(panamem_active_core() == PANAMEM_CORE_NATIVE && panamem_start() == 0);
  REQUIRE(panamem_arrival.ready_nanos > 0);
  use();
  REQUIRE(fake_crossings() == 1 && core->strangers == 0);
  REQUIRE(panamem_ping(42) == 42);
  REQUIRE(panamem_heap.fallback_blocks[PANAMEM_FALLBACK_BOOT] == 0);
  REQUIRE(fake_jvm.boots == 0);
}

static void at_once(void *argument) {
  (void)argument;
  before_main("upcall", "");
  REQUIRE(panamem_active_core() == PANAMEM_CORE_NATIVE && !fake_jvm.in_background);
}

/* A JVM would come at the first use; this one is there before it would be noticed. */
static void asynchronously(void *argument) {
  (void)argument;
  before_main("arena", "boot=async");
  REQUIRE(panamem_active_core() == PANAMEM_CORE_NATIVE && !fake_jvm.in_background);
}

static void it_serves_before_main_where_it_is_wanted_at_once(void **state) {
  (void)state;
  capture_assert(serves, NULL, 0, "");
  capture_assert(at_once, NULL, 0, "");
  capture_assert(asynchronously, NULL, 0, "");
}

/* ---- When the heap has grown -------------------------------------------------------------------------------------------- */

static void grow(void) {
  while (!fake_jvm.in_background) {
    REQUIRE(panamem_arena_malloc(OBJ, PANAMEM_ARENA_BYTES / 4) != NULL);
  }
}

static void lazily(void *argument) {
  (void)argument;
  before_main("arena", "boot.after=4m");
  use();
  REQUIRE(panamem_active_core() == PANAMEM_CORE_NONE && fake_crossings() == 0);
  grow();
  REQUIRE(panamem_heap.page_heap.committed_bytes >= 4 << 20 && panamem_heap.page_heap.committed_bytes < 8 << 20);
  REQUIRE(panamem_active_core() == PANAMEM_CORE_NATIVE && panamem_start() == 0);
  REQUIRE(core->detached == 1); /* the thread that booted it */
  use();
  REQUIRE(panamem_ping(7) == 7 && core->strangers == 0 && fake_jvm.boots == 0);
}

static void before_it_is_due(void *argument) {
  (void)argument;
  before_main("arena", "");
  REQUIRE(panamem_start() == 0 && panamem_active_core() == PANAMEM_CORE_NATIVE && fake_jvm.in_background);
}

static void lazily_refused(void *argument) {
  (void)argument;
  before_main("arena", "boot.after=4m");
  core->refuses = true;
  grow();
  REQUIRE(panamem_active_core() == PANAMEM_CORE_FALLBACK);
  use();
}

/* Takes blocks until a boot has been asked for so many times, or until so many bytes are committed. */
static void grow_until(uint64_t asked, uint64_t committed_bytes) {
  while (fake_jvm.asked < asked && panamem_heap.page_heap.committed_bytes < committed_bytes) {
    REQUIRE(panamem_arena_malloc(OBJ, PANAMEM_ARENA_BYTES / 4) != NULL);
  }
}

static void without_thread(void *argument) {
  (void)argument;
  before_main("arena", "boot.after=4m");
  fake_jvm.begins = PANAMEM_BOOT_NO_THREAD;
  grow_until(1, 64 << 20);
  REQUIRE(fake_jvm.asked == 1 && panamem_active_core() == PANAMEM_CORE_NONE);
  grow_until(2, 7 << 20);
  REQUIRE(fake_jvm.asked == 1); /* not at each request */
  fake_jvm.begins = PANAMEM_BOOT_BEGAN;
  grow_until(2, 64 << 20);
  REQUIRE(panamem_active_core() == PANAMEM_CORE_NATIVE);
  REQUIRE(panamem_heap.page_heap.committed_bytes >= 8 << 20 && panamem_heap.page_heap.committed_bytes < 16 << 20);
}

static void amid_a_fork(void *argument) {
  (void)argument;
  before_main("arena", "boot.after=4m");
  fake_jvm.begins = PANAMEM_BOOT_AMID_FORK;
  grow_until(1, 64 << 20);
  REQUIRE(panamem_start() == -1 && panamem_active_core() == PANAMEM_CORE_NONE);
  fake_jvm.begins = PANAMEM_BOOT_BEGAN;
  use(); /* the next request that misses */
  grow();
  REQUIRE(panamem_active_core() == PANAMEM_CORE_NATIVE && panamem_heap.page_heap.committed_bytes < 8 << 20);
}

static void what_cannot_begin_is_tried_again(void **state) {
  (void)state;
  capture_assert(without_thread, NULL, 0, "");
  capture_assert(amid_a_fork, NULL, 0, "");
}

static void it_comes_in_the_background_when_the_heap_has_grown(void **state) {
  (void)state;
  capture_assert(lazily, NULL, 0, "");
  capture_assert(before_it_is_due, NULL, 0, "");
  capture_assert(lazily_refused, NULL, 0, "panamem: Java does not serve, the fallback does: another build\n");
}

/* Crosses in any case; blocks of a thread before may do without. */
static void *work(void *unused) {
  use();
  REQUIRE(panamem_ping(7) == 7);
  return unused;
}

static void threads(void *argument) {
  (void)argument;
  meet_core();
  configure("arena", "core=native");
  REQUIRE(panamem_start() == 0);
  REQUIRE(core->attached == 1 && core->detached == 1); /* the thread that booted it has left again */
  use();
  REQUIRE(core->attached == 2);
  for (uint64_t i = 1; i <= 3; i++) {
    pthread_t thread;
    pthread_create(&thread, NULL, work, NULL);
    pthread_join(thread, NULL);
    REQUIRE(core->attached == 2 + i && core->detached == 1 + i);
  }
  REQUIRE(core->strangers == 0);
}

static void every_thread_is_attached_when_it_crosses_and_detached_at_its_end(void **state) {
  (void)state;
  capture_assert(threads, NULL, 0, "");
}

static void verbose(void *argument) {
  (void)argument;
  meet_core();
  configure("arena", "core=native,verbose");
  freopen("/dev/null", "w", stderr); /* the line names a time */
  REQUIRE(panamem_start() == 0);
}

static void report_says_native(void *argument) {
  verbose(argument);
  char text[4096] = "";
  FILE *file = tmpfile();
  REQUIRE(panamem_report(fileno(file)) == 0);
  rewind(file);
  REQUIRE(fread(text, 1, sizeof text - 1, file) > 0);
  REQUIRE(strstr(text, "allocator arena, core native, ready after ") != NULL);
}

static void the_report_says_which_core_served(void **state) {
  (void)state;
  capture_assert(report_says_native, NULL, 0, "");
}

/* ---- Fork ------------------------------------------------------------------------------------------------------------------- */

static void in_child(void) {
  REQUIRE(panamem_active_core() == PANAMEM_CORE_NATIVE);
  uint64_t before = fake_crossings();
  for (size_t bytes = 16; bytes <= 512; bytes += 16) {
    void *block = panamem_arena_malloc(OBJ, bytes);
    panamem_arena_free(OBJ, block);
  }
  REQUIRE(panamem_arena_malloc(OBJ, PANAMEM_ARENA_BYTES / 4) != NULL);
  REQUIRE(fake_crossings() > before && core->strangers == 0);
  pthread_t thread;
  pthread_create(&thread, NULL, work, NULL); /* attaching still works */
  pthread_join(thread, NULL);
  for (int reason = 0; reason < PANAMEM_FALLBACK_REASONS; reason++) {
    REQUIRE(panamem_heap.fallback_blocks[reason] == 0);
  }
}

static void fork_and(void (*body)(void)) {
  int status;
  pid_t child = fork();
  if (child == 0) {
    body();
    _exit(0);
  }
  REQUIRE(waitpid(child, &status, 0) == child && status == 0);
}

static void nested(void) {
  in_child();
  fork_and(in_child);
}

static void forks(void *argument) {
  (void)argument;
  meet_core();
  configure("arena", "");
  REQUIRE(panamem_start() == 0);
  use();
  fork_and(in_child);
  fork_and(nested);
  use();
}

static void a_child_and_its_child_are_served_by_java(void **state) {
  (void)state;
  capture_assert(forks, NULL, 0, "");
}

/* ---- Which core --------------------------------------------------------------------------------------------------------- */

static void jvm_wanted(void *argument) {
  (void)argument;
  meet_core();
  static const char *const wishes[][2] = {
      {"arena", "core=jvm"}, {"java:a.B", ""}, {"arena", "jvm=-Xint"}, {"arena", "classpath=/a.jar"}};
  for (int i = 0; i < 4; i++) {
    configure(wishes[i][0], wishes[i][1]);
    panamem_load_finish();
    REQUIRE(panamem_active_core() == PANAMEM_CORE_NONE);
  }
  fake_jvm.runs = true;
  configure("arena", "");
  panamem_load_finish();
  REQUIRE(panamem_active_core() == PANAMEM_CORE_NONE && core->attached == 0);
}

static void what_needs_a_jvm_gets_one(void **state) {
  (void)state;
  capture_assert(jvm_wanted, NULL, 0, "");
}

static void refused(const char *name, const char *options, const char *line) {
  bool accepted = panamem_configure(name, options, false, error, sizeof error);
  if (accepted || strcmp(error, line) != 0) {
    fprintf(stderr, "%s\n", accepted ? "accepted" : error);
    _exit(9);
  }
}

static void contradictions(void *argument) {
  (void)argument;
  meet_core();
  refused("java:a.B", "core=native", "PANAMEM_OPTIONS: core=native cannot serve java:<class>; core=jvm can");
  refused("arena", "core=native,jvm=-Xint", "PANAMEM_OPTIONS: core=native cannot serve jvm=; core=jvm can");
  refused("arena", "core=native,classpath=/a", "PANAMEM_OPTIONS: core=native cannot serve classpath=; core=jvm can");
  fake_jvm.runs = true;
  refused("arena", "core=native", "PANAMEM_OPTIONS: core=native cannot serve a Java program; core=jvm can");
  configure("malloc", "core=native"); /* which needs no Java at all */
}

static void a_wish_that_contradicts_another_is_refused(void **state) {
  (void)state;
  capture_assert(contradictions, NULL, 0, "");
}

static void java_program(void *argument) {
  (void)argument;
  meet_core();
  configure("arena", "");
  REQUIRE(panamem_start() == 0);
  fake_jvm.runs = true;
  REQUIRE(panamem_host_open(NULL, NULL, error, sizeof error) == 0);
  REQUIRE(strcmp(error, "the native core serves this process already; PANAMEM_OPTIONS=core=jvm has Java serve it") == 0);
}

static void a_heap_that_it_serves_is_not_opened_from_java(void **state) {
  (void)state;
  capture_assert(java_program, NULL, 0, "");
}

/* ---- Failures --------------------------------------------------------------------------------------------------------------- */

static void then_the_fallback_serves(void) {
  REQUIRE(panamem_start() == -1);
  REQUIRE(panamem_active_core() == PANAMEM_CORE_FALLBACK);
  use();
  REQUIRE(panamem_heap.fallback_blocks[PANAMEM_FALLBACK_NO_JAVA] > 0);
}

static void no_isolate(void *argument) {
  (void)argument;
  meet_core();
  core->create_answers = 801;
  configure("arena", "");
  then_the_fallback_serves();
}

static void another_build(void *argument) {
  (void)argument;
  meet_core();
  core->refuses = true;
  configure("arena", "");
  then_the_fallback_serves();
  REQUIRE(strcmp(panamem_start_error(), "another build") == 0);
  REQUIRE(core->attached == core->detached);
}

static void one_line_says_why_it_does_not_serve(void **state) {
  (void)state;
  capture_assert(no_isolate, NULL, 0, "panamem: Java does not serve, the fallback does: the native core did not start (error 801 of "
                           "native-image)\n");
  capture_assert(another_build, NULL, 0, "panamem: Java does not serve, the fallback does: another build\n");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(it_serves_before_main_where_it_is_wanted_at_once),
      cmocka_unit_test(it_comes_in_the_background_when_the_heap_has_grown),
      cmocka_unit_test(what_cannot_begin_is_tried_again),
      cmocka_unit_test(every_thread_is_attached_when_it_crosses_and_detached_at_its_end),
      cmocka_unit_test(the_report_says_which_core_served),
      cmocka_unit_test(a_child_and_its_child_are_served_by_java),
      cmocka_unit_test(what_needs_a_jvm_gets_one),
      cmocka_unit_test(a_wish_that_contradicts_another_is_refused),
      cmocka_unit_test(a_heap_that_it_serves_is_not_opened_from_java),
      cmocka_unit_test(one_line_says_why_it_does_not_serve),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
