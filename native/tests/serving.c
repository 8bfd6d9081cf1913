/* SPDX-License-Identifier: Apache-2.0 */
#include "serving.h"

#include "fake_entries.h"
#include "fixture.h"

int fallback_serves(void **state) {
  (void)state;
  heap_fresh(512 * MIB);
  return 0;
}

int java_serves(void **state) {
  fallback_serves(state);
  fake_entries_serve();
  return 0;
}
