/* SPDX-License-Identifier: Apache-2.0 */
#include "pymalloc_fixture.h"

#include "../heap.h"
#include "../pymalloc_map.h"
#include "fake_entries.h"
#include "fake_pools.h"
#include "fake_start.h"

int java_serves(void **state) {
  (void)state;
  heap_fresh(512 * MIB);
  fake_entries_serve();
  fake_pools_serve();
  fake_start_refuses = false;
  return 0;
}

bool is_pooled(const void *block) {
  return panamem_py_contains(block) && !panamem_is_ours(block);
}

struct panamem_py_tally tally(void) {
  struct panamem_py_tally taken;
  panamem_py_tally_take(&taken);
  return taken;
}
