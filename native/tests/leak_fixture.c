/* SPDX-License-Identifier: Apache-2.0 */
#include "leak_fixture.h"

#include "cmocka_all.h"

#include <string.h>

#include "../../include/panamem/pymem.h"
#include "../../include/panamem/testing.h"

char report[16384];
void *kept[KEPT_MOST];
int calls;

int hooked(void **state) {
  (void)state;
  PyMem_SetupDebugHooks();
  return 0;
}

int64_t leaked(void (*call)(void), int rounds) {
  memset(kept, 0, sizeof kept);
  assert_int_equal(panamem_leak_begin(), 0);
  for (calls = 0; calls < rounds; calls++) {
    if (calls > 0) {
      assert_int_equal(panamem_leak_round(), 0);
    }
    call();
  }
  return panamem_leak_end(report, sizeof report);
}
