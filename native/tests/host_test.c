/* SPDX-License-Identifier: Apache-2.0
 *
 * A Java host's calls in every order, with a fake JVM in the process or none. Each case is a child: it happens once.
 */
#include "fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../include/panamem/panamem.h"
#include "../entry.h"
#include "../heap.h"
#include "../magazine.h"
#include "../start.h"
#include "capture.h"
#include "fake_entries.h"
#include "fake_jvm.h"

static int installs;
static char error[512];

void panamem_install_chosen(void);
void panamem_install_chosen(void) {
  installs++;
}

/* Java writes its entries; fake_entries_serve would also say that they serve. */
static void write_entries(void) {
  enum panamem_state before = panamem_state();
  struct panamem_attachment attachment = panamem_attachment;
  fake_entries_serve();
  panamem_attachment = attachment;
  panamem_state_set(before);
}

static void open_ready_close(void *argument) {
  (void)argument;
  fake_jvm.runs = true;
  int64_t heap = panamem_host_open("arena", "range=256m,limit=200m", error, sizeof error);
  REQUIRE(heap == (int64_t)&panamem_heap && installs == 1);
  REQUIRE(panamem_heap.abi_version == PANAMEM_ABI_VERSION && panamem_heap.page_heap.limit_bytes == 200 * MIB);
  void *early = panamem_arena_malloc(NULL, 50000); /* before ready: served, and no JVM is booted */
  REQUIRE(panamem_is_ours(early) && fake_jvm.boots == 0);
  REQUIRE(panamem_host_ready() == 0); /* no entries yet */
  write_entries();
  REQUIRE(panamem_host_ready() == 1 && panamem_active_core() == PANAMEM_CORE_JVM);
  REQUIRE(fake_entries.calls[PANAMEM_ENTRY_PING] > 127); /* the JVM has made its last class for them */
  REQUIRE(panamem_ping(3) == 3);
  void *kept = panamem_arena_malloc(NULL, 100);
  fill_block(kept, 100, 1);
  panamem_arena_free(NULL, early);
  REQUIRE(panamem_host_open("upcall", "", error, sizeof error) == heap && installs == 1); /* what serves already */
  REQUIRE(strcmp(panamem_active(), "arena") == 0);
  REQUIRE(panamem_host_close() == 1);
  REQUIRE(panamem_active_core() == PANAMEM_CORE_FALLBACK);
  REQUIRE(panamem_heap.page_heap.dirty_bytes == 0); /* what is empty went back */
  REQUIRE(block_holds(kept, 100, 1) && panamem_usable_size(kept) == 112);
  uint64_t crossings = fake_crossings();
  kept = panamem_arena_realloc(NULL, kept, 90000);
  REQUIRE(block_holds(kept, 100, 1) && fake_crossings() == crossings);
  REQUIRE(panamem_heap.fallback_blocks[PANAMEM_FALLBACK_SHUTDOWN] > 0);
  REQUIRE(panamem_host_close() == 1);
  REQUIRE(panamem_host_open("arena", "", error, sizeof error) == heap && panamem_host_ready() == 1); /* open again */
  REQUIRE(panamem_ping(4) == 4);
  panamem_arena_free(NULL, kept);
  char text[256];
  REQUIRE(panamem_check(text, sizeof text) == 1);
}

static void a_host_opens_serves_closes_and_opens_again(void **state) {
  (void)state;
  capture_assert(open_ready_close, NULL, 0, "");
}

static void wrong_configuration(void *argument) {
  (void)argument;
  fake_jvm.runs = true;
  REQUIRE(panamem_host_open("nonsense", "", error, sizeof error) == 0);
  REQUIRE(strncmp(error, "PANAMEM_MALLOC: unknown allocator 'nonsense'", 44) == 0);
  REQUIRE(panamem_host_open("arena", "x=1", error, sizeof error) == 0);
  REQUIRE(strncmp(error, "PANAMEM_OPTIONS: unknown option 'x'", 35) == 0);
  REQUIRE(installs == 0 && panamem_heap.range_bytes == 0);
}

static void no_jvm(void *argument) {
  (void)argument;
  REQUIRE(panamem_host_open("arena", "", error, sizeof error) == 0);
  REQUIRE(strcmp(error, "no JVM runs in this process; a C program calls panamem_start instead") == 0);
  REQUIRE(panamem_state() == PANAMEM_STATE_IDLE); /* a boot of C's own is still to be had */
  write_entries();
  REQUIRE(installs == 0 && panamem_host_ready() == 0); /* nothing to attach to */
}

static void from_environment(void *argument) {
  (void)argument;
  fake_jvm.runs = true;
  setenv("PANAMEM_MALLOC", "upcall", 1);
  setenv("PANAMEM_OPTIONS", "limit=20m", 1);
  REQUIRE(panamem_host_open(NULL, NULL, error, sizeof error) != 0);
  REQUIRE(strcmp(panamem_active(), "upcall") == 0 && panamem_heap.page_heap.limit_bytes == 20 * MIB);
}

static void refusals_have_a_line_and_null_means_the_environment(void **state) {
  (void)state;
  capture_assert(wrong_configuration, NULL, 0, "");
  capture_assert(no_jvm, NULL, 0, "");
  capture_assert(from_environment, NULL, 0, "");
}

static void while_booting(void *argument) {
  (void)argument;
  fake_jvm.serves = true;
  REQUIRE(panamem_configure("arena", "boot=async", false, error, sizeof error));
  panamem_arena_malloc(NULL, 10); /* asks for Java in the background */
  REQUIRE(fake_jvm.boots == 1);
  REQUIRE(panamem_host_open("upcall", "", error, sizeof error) == (int64_t)&panamem_heap);
  REQUIRE(fake_jvm.waits == 1 && fake_jvm.patience && installs == 0);
}

static void java_code_in_a_jvm_that_c_started_gets_what_serves(void **state) {
  (void)state;
  capture_assert(while_booting, NULL, 0, "");
}

int main(void) {
  unsetenv("PANAMEM_MALLOC");
  unsetenv("PANAMEM_OPTIONS");
  unsetenv("PYTHONMALLOC");
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_host_opens_serves_closes_and_opens_again),
      cmocka_unit_test(refusals_have_a_line_and_null_means_the_environment),
      cmocka_unit_test(java_code_in_a_jvm_that_c_started_gets_what_serves),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
