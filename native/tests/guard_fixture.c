/* SPDX-License-Identifier: Apache-2.0
 *
 * The way to shut pages is chosen where the child begins, because a fresh heap's rows look for it anew.
 */
#include "guard_fixture.h"

#include "../guard.h"
#include "../guard_pages.h"
#include "../options.h"
#include "capture.h"
#include "fixture.h"

static bool by_mprotect;

void begin(const char *options) {
  char error[256];
  REQUIRE(panamem_options_parse(options, error, sizeof error));
  heap_fresh(1024 * MIB);
  panamem_guard_prepare();
  panamem_guard_pages_are_light = panamem_guard_pages_are_light && !by_mprotect;
}

char *make(size_t bytes) {
  return panamem_guard_malloc(RAW, bytes);
}

void drop(void *block) {
  panamem_guard_free(RAW, block);
}

enum panamem_guard_state state_of(const void *block) {
  return panamem_guarded_state(panamem_guarded_at(block));
}

void poke(volatile char *address) {
  *address = 1;
}

char peek(const volatile char *address) {
  return *address;
}

void write_after_free(void) {
  char *block = make(20);
  drop(block);
  poke(block + 3);
}

int light(void **state) {
  (void)state;
  by_mprotect = false;
  return 0;
}

int heavy(void **state) {
  (void)state;
  by_mprotect = true;
  return 0;
}
