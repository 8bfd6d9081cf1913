/* SPDX-License-Identifier: Apache-2.0
 *
 * The beginning, each case in a child of its own because it happens once per process: configuration, range, one boot.
 */
#include "fixture.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "../../include/panamem/panamem.h"
#include "../domain.h"
#include "../entry.h"
#include "../heap.h"
#include "../magazine.h"
#include "../options.h"
#include "../slots.h"
#include "../start.h"
#include "capture.h"
#include "fake_jvm.h"

/* The library's own part of the start is not linked here. */
void panamem_install_chosen(void) {
}

static char error[512];

static int clean_environment(void **state) {
  (void)state;
  unsetenv("PANAMEM_MALLOC");
  unsetenv("PANAMEM_OPTIONS");
  unsetenv("PYTHONMALLOC");
  return 0;
}

/* ---- Configuration ------------------------------------------------------------------------------------------------------ */

static void options_become_limits(void *argument) {
  (void)argument;
  setenv("PANAMEM_OPTIONS", "limit=100m,limit.obj=30m,dirty=3m,decay=5,magazine=64k,range=256m", 1);
  REQUIRE(panamem_configure("arena", NULL, false, error, sizeof error));
  REQUIRE(panamem_prepare());
  const struct panamem_page_heap *heap = &panamem_heap.page_heap;
  REQUIRE(panamem_heap.range_bytes == 256 * MIB);
  REQUIRE(heap->limit_bytes == 100 * MIB && heap->domain_limit_bytes[2] == 30 * MIB);
  REQUIRE(heap->domain_limit_bytes[0] == UINT64_MAX);
  REQUIRE(heap->dirty_cap_bytes == 3 * MIB && heap->decay_nanos == 5000000);
  REQUIRE(panamem_magazine_cap_bytes == 64 << 10);
  REQUIRE(panamem_arena_malloc(NULL, 101 * MIB) == NULL);
}

static void options_reach_the_heap(void **state) {
  (void)state;
  capture_assert(options_become_limits, NULL, 0, "");
}

static void without_configuration(void *argument) {
  (void)argument;
  void *block = panamem_arena_malloc(NULL, 10);
  REQUIRE(panamem_is_ours(block));
  REQUIRE(panamem_heap.range_bytes >= PANAMEM_ARENA_BYTES);
  REQUIRE(panamem_heap.page_heap.limit_bytes == UINT64_MAX);
  REQUIRE(panamem_heap.page_heap.dirty_cap_bytes == 64 * MIB);
}

static void the_first_request_makes_a_heap_with_the_defaults(void **state) {
  (void)state;
  capture_assert(without_configuration, NULL, 0, "");
}

static void refused_configuration(void *argument) {
  (void)argument;
  REQUIRE(panamem_configure("upcall", "limit=7m", false, error, sizeof error));
  static const char *const wrong[][2] = {{"upcal", "limit=9m"}, {"arena", "limit=9m,verbos"}, {"arena", "limit=9m,limit=x"},
                                       {"arena", "limit=9m,fail=1"}};
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
    REQUIRE(!panamem_configure(wrong[i][0], wrong[i][1], false, error, sizeof error));
    REQUIRE(strncmp(error, "PANAMEM_", 8) == 0);
    REQUIRE(panamem_options.limit_bytes == 7 * MIB && !panamem_options.verbose);
    REQUIRE(strcmp(panamem_active(), "upcall") == 0 && panamem_heap.page_heap.limit_bytes == 7 * MIB);
  }
}

static void a_refused_configuration_changes_nothing(void **state) {
  (void)state;
  capture_assert(refused_configuration, NULL, 0, "");
}

static void load_with_wrong_name(void *argument) {
  (void)argument;
  setenv("PANAMEM_MALLOC", "nonsense", 1);
  panamem_load(false);
}

static void load_heeds_python(void *argument) {
  (void)argument;
  setenv("PYTHONMALLOC", "malloc", 1);
  panamem_load(true);
  REQUIRE(strcmp(panamem_active(), "malloc") == 0);
  panamem_load(false); /* in a CPython */
  REQUIRE(strcmp(panamem_active(), "arena") == 0);
}

static void a_wrong_environment_ends_the_process_with_one_line(void **state) {
  (void)state;
  capture_assert(load_with_wrong_name, NULL, 1,
               "panamem: PANAMEM_MALLOC: unknown allocator 'nonsense'; allowed: default, arena, upcall, pymalloc, malloc, "
               "mimalloc, jemalloc, tcmalloc, java:<class>, debug, <name>_debug, hardened, guard, guard:rate=<N>, off\n");
  capture_assert(load_heeds_python, NULL, 0, "");
}

static void debug_rows(void *argument) {
  (void)argument;
  PyMemAllocatorEx rows[PANAMEM_DOMAINS];
  REQUIRE(panamem_configure("arena", "", false, error, sizeof error));
  panamem_chosen_rows(rows);
  REQUIRE(rows[1].malloc == panamem_arena_malloc);
  REQUIRE(panamem_configure("debug", "", false, error, sizeof error));
  panamem_chosen_rows(rows);
  REQUIRE(rows[1].malloc != panamem_arena_malloc);
  void *block = rows[1].malloc(rows[1].ctx, 10);
  REQUIRE(block != NULL && panamem_is_ours(block));
}

static void the_debug_hooks_come_with_the_name(void **state) {
  (void)state;
  capture_assert(debug_rows, NULL, 0, "");
}

/* ---- One range, one boot -------------------------------------------------------------------------------------------------- */

#define THREADS 8
static pthread_barrier_t barrier;

static void *first_request(void *argument) {
  pthread_barrier_wait(&barrier);
  void *block = panamem_arena_malloc(NULL, 100);
  memset(block, 1, 100);
  return panamem_is_ours(block) ? NULL : argument;
}

static void first_requests_at_once(void *argument) {
  (void)argument;
  pthread_t threads[THREADS];
  REQUIRE(panamem_configure("java:a.B", "boot=async", false, error, sizeof error));
  pthread_barrier_init(&barrier, NULL, THREADS);
  for (int i = 0; i < THREADS; i++) {
    pthread_create(&threads[i], NULL, first_request, &barrier);
  }
  for (int i = 0; i < THREADS; i++) {
    void *failed;
    pthread_join(threads[i], &failed);
    REQUIRE(failed == NULL);
  }
  REQUIRE(fake_jvm.boots == 1);
  REQUIRE(strcmp(fake_jvm.user_class, "a.B") == 0 && fake_jvm.kind.crosses_often && !fake_jvm.kind.hides_addresses);
  REQUIRE(panamem_state() == PANAMEM_STATE_BOOTING);
  REQUIRE(panamem_active_core() == PANAMEM_CORE_BOOTING);
  REQUIRE(panamem_heap.fallback_blocks[PANAMEM_FALLBACK_BOOT] > 0);
}

static void threads_that_come_at_once_make_one_range_and_one_boot(void **state) {
  (void)state;
  capture_assert(first_requests_at_once, NULL, 0, "");
}

static void no_java_needed(void *argument) {
  (void)argument;
  REQUIRE(panamem_configure("malloc", "boot=sync", false, error, sizeof error));
  panamem_load_finish();
  REQUIRE(panamem_start() == 0);
  REQUIRE(panamem_prepare_and_boot());
  REQUIRE(fake_jvm.boots == 0 && fake_jvm.waits == 0);
  REQUIRE(panamem_active_core() == PANAMEM_CORE_NONE);
}

static void prepare_does_not_boot(void *argument) {
  (void)argument;
  REQUIRE(panamem_configure("arena", "", false, error, sizeof error));
  REQUIRE(panamem_prepare());
  REQUIRE(fake_jvm.boots == 0 && panamem_active_core() == PANAMEM_CORE_NONE);
}

static void java_is_asked_for_only_where_it_serves(void **state) {
  (void)state;
  capture_assert(no_java_needed, NULL, 0, "");
  capture_assert(prepare_does_not_boot, NULL, 0, "");
}

static void sync_boot(void *argument) {
  (void)argument;
  REQUIRE(panamem_configure("arena", "boot=sync", false, error, sizeof error));
  fake_jvm.serves = true;
  panamem_load_finish();
  REQUIRE(fake_jvm.boots == 1 && fake_jvm.waits == 1 && !fake_jvm.patience);
  REQUIRE(panamem_active_core() == PANAMEM_CORE_JVM && panamem_start() == 0);
}

static void async_boot(void *argument) {
  (void)argument;
  REQUIRE(panamem_configure("arena", "boot=async", false, error, sizeof error));
  panamem_load_finish();
  REQUIRE(fake_jvm.boots == 0 && fake_jvm.waits == 0);
  panamem_arena_free(NULL, panamem_arena_malloc(NULL, 100));
  REQUIRE(fake_jvm.boots == 1 && fake_jvm.waits == 0);
}

static void lazy_boot(void *argument) {
  (void)argument;
  REQUIRE(panamem_configure("arena", "boot.after=4m", false, error, sizeof error));
  panamem_load_finish();
  panamem_arena_free(NULL, panamem_arena_malloc(NULL, 100));
  REQUIRE(fake_jvm.boots == 0 && panamem_active_core() == PANAMEM_CORE_NONE);
  void *block = panamem_arena_malloc(NULL, 5 * MIB);
  REQUIRE(fake_jvm.boots == 0);
  panamem_arena_free(NULL, panamem_arena_malloc(NULL, 5000));
  REQUIRE(fake_jvm.boots == 1 && fake_jvm.waits == 0);
  panamem_arena_free(NULL, block);
}

static void lazy_boot_is_not_waited_for_in_vain(void *argument) {
  (void)argument;
  REQUIRE(panamem_configure("arena", "boot=lazy", false, error, sizeof error));
  fake_jvm.serves = true;
  REQUIRE(panamem_start() == 0 && fake_jvm.boots == 1); /* whoever asks for Java gets it at once */
}

static void closed_stream(void *argument) {
  (void)argument;
  close(STDIN_FILENO);
  REQUIRE(panamem_configure("arena", "", false, error, sizeof error));
  panamem_load_finish();
  REQUIRE(fake_jvm.boots == 1 && fake_jvm.waits == 1);
}

static void the_boot_is_waited_for_when_it_is_asked_or_must_be(void **state) {
  (void)state;
  capture_assert(sync_boot, NULL, 0, "");
  capture_assert(async_boot, NULL, 0, "");
  capture_assert(lazy_boot, NULL, 0, "");
  capture_assert(lazy_boot_is_not_waited_for_in_vain, NULL, 0, "");
  capture_assert(closed_stream, NULL, 0, "");
}

static void start_waits(void *argument) {
  (void)argument;
  REQUIRE(panamem_start() == -1);
  REQUIRE(fake_jvm.boots == 1 && fake_jvm.patience);
  REQUIRE(strcmp(panamem_start_error(), "no JDK in this test") == 0);
  REQUIRE(panamem_active_core() == PANAMEM_CORE_FALLBACK);
  REQUIRE(panamem_start() == -1 && fake_jvm.boots == 1); /* once per process */
}

static void start_says_whether_java_serves(void **state) {
  (void)state;
  capture_assert(start_waits, NULL, 0, "");
}

static void no_native_core(void *argument) {
  (void)argument;
  REQUIRE(!panamem_configure("arena", "core=native", false, error, sizeof error));
  REQUIRE(strncmp(error, "PANAMEM_OPTIONS: core=native: no libpanamem-core.so in /", 56) == 0);
  REQUIRE(strstr(error, "; ./panamem build --native makes it") != NULL);
  REQUIRE(panamem_configure("arena", "core=auto", false, error, sizeof error));
  REQUIRE(panamem_start() == -1 && fake_jvm.boots == 1);
}

static void without_a_native_core_a_jvm_serves_unless_that_one_was_meant(void **state) {
  (void)state;
  capture_assert(no_native_core, NULL, 0, "");
}

/* ---- An OS that refuses ------------------------------------------------------------------------------------------------------ */

static void no_address_space(void *argument) {
  (void)argument;
  struct rlimit limit = {40 * MIB, 40 * MIB};
  REQUIRE(setrlimit(RLIMIT_AS, &limit) == 0);
  for (int i = 0; i < 3; i++) {
    void *block = panamem_arena_malloc(NULL, 100);
    REQUIRE(block != NULL && !panamem_is_ours(block));
    block = panamem_arena_realloc(NULL, block, 1000);
    panamem_arena_free(NULL, block);
  }
  REQUIRE(!panamem_prepare() && panamem_start() == -1 && fake_jvm.boots == 0);
}

static void no_key(void *argument) {
  (void)argument;
  pthread_key_t key;
  while (pthread_key_create(&key, NULL) == 0) {
  }
  void *block = panamem_arena_malloc(NULL, 100);
  REQUIRE(block != NULL && !panamem_is_ours(block));
  panamem_arena_free(NULL, block);
}

static void without_address_space_or_key_libc_serves_after_one_line(void **state) {
  (void)state;
  if (!SANITIZED) {
    capture_assert(no_address_space, NULL, 0, "panamem: the OS refused to reserve address space for the heap (ulimit -v?); the "
                                      "program runs on without Panamem\n");
    capture_assert(no_key, NULL, 0, "panamem: no thread-specific key is left; the program runs on without Panamem\n");
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(options_reach_the_heap, clean_environment),
      cmocka_unit_test_setup(the_first_request_makes_a_heap_with_the_defaults, clean_environment),
      cmocka_unit_test_setup(a_refused_configuration_changes_nothing, clean_environment),
      cmocka_unit_test_setup(a_wrong_environment_ends_the_process_with_one_line, clean_environment),
      cmocka_unit_test_setup(the_debug_hooks_come_with_the_name, clean_environment),
      cmocka_unit_test_setup(threads_that_come_at_once_make_one_range_and_one_boot, clean_environment),
      cmocka_unit_test_setup(java_is_asked_for_only_where_it_serves, clean_environment),
      cmocka_unit_test_setup(the_boot_is_waited_for_when_it_is_asked_or_must_be, clean_environment),
      cmocka_unit_test_setup(start_says_whether_java_serves, clean_environment),
      cmocka_unit_test_setup(without_a_native_core_a_jvm_serves_unless_that_one_was_meant, clean_environment),
      cmocka_unit_test_setup(without_address_space_or_key_libc_serves_after_one_line, clean_environment),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
