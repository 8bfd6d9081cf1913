/* SPDX-License-Identifier: Apache-2.0
 *
 * The statistics of `pymalloc` to the letter, the public ones, and the heap walk: blocks in magazines are not in use.
 */
#include "pymalloc_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../include/panamem/panamem.h"
#include "../heap.h"
#include "../magazine.h"
#include "../pymalloc_print.h"
#include "../thread.h"
#include "fake_entries.h"
#include "fake_pools.h"

static void an_empty_heap_prints_zeros(void **state) {
  (void)state;
  assert_prints(panamem_py_print, "Small block threshold = 512, in 32 size classes.\n"
                "\n"
                "class   size   num pools   blocks in use  avail blocks\n"
                "-----   ----   ---------   -------------  ------------\n"
                "\n"
                "# arenas allocated total           =                    0\n"
                "# arenas reclaimed                 =                    0\n"
                "# arenas highwater mark            =                    0\n"
                "# arenas allocated current         =                    0\n"
                "0 arenas * 1048576 bytes/arena     =                    0\n"
                "\n"
                "# bytes in allocated blocks        =                    0\n"
                "# bytes in available blocks        =                    0\n"
                "0 unused pools * 16384 bytes       =                    0\n"
                "# bytes lost to pool headers       =                    0\n"
                "# bytes lost to quantization       =                    0\n"
                "# bytes lost to arena alignment    =                    0\n"
                "Total                              =                    0\n"
                "\n"
                "arena map counts\n"
                "# arena map mid nodes              =                    0\n"
                "# arena map bot nodes              =                    0\n"
                "\n"
                "# bytes lost to arena map root     =              262,144\n"
                "# bytes lost to arena map mid      =                    0\n"
                "# bytes lost to arena map bot      =                    0\n"
                "Total                              =              262,144\n");
}

/* One unaligned arena: 1100 blocks of 16 bytes in two pools, 32 of 512 bytes in two more; one of each is free again, in a
 * magazine. Every number worked out by hand from CPython's geometry. */
static void every_number_is_cpythons(void **state) {
  (void)state;
  fake_pools.arena_offset = 4096;
  void *small = NULL, *large = NULL;
  for (int i = 0; i < 1100; i++) {
    small = panamem_pymalloc_malloc(OBJ, 16);
  }
  for (int i = 0; i < 32; i++) {
    large = panamem_pymalloc_malloc(OBJ, 512);
  }
  panamem_pymalloc_free(OBJ, small);
  panamem_pymalloc_free(OBJ, large);
  assert_prints(panamem_py_print, "Small block threshold = 512, in 32 size classes.\n"
                "\n"
                "class   size   num pools   blocks in use  avail blocks\n"
                "-----   ----   ---------   -------------  ------------\n"
                "    0     16           2            1099           943\n"
                "   31    512           2              31            31\n"
                "\n"
                "# arenas allocated total           =                    1\n"
                "# arenas reclaimed                 =                    0\n"
                "# arenas highwater mark            =                    1\n"
                "# arenas allocated current         =                    1\n"
                "1 arenas * 1048576 bytes/arena     =            1,048,576\n"
                "\n"
                "# bytes in allocated blocks        =               33,456\n"
                "# bytes in available blocks        =               30,960\n"
                "59 unused pools * 16384 bytes      =              966,656\n"
                "# bytes lost to pool headers       =                  192\n"
                "# bytes lost to quantization       =                  928\n"
                "# bytes lost to arena alignment    =               16,384\n"
                "Total                              =            1,048,576\n"
                "\n"
                "arena map counts\n"
                "# arena map mid nodes              =                    1\n"
                "# arena map bot nodes              =                    1\n"
                "\n"
                "# bytes lost to arena map root     =              262,144\n"
                "# bytes lost to arena map mid      =              262,144\n"
                "# bytes lost to arena map bot      =              131,072\n"
                "Total                              =              655,360\n");
}

static void public_statistics_count_pools_as_object_blocks(void **state) {
  (void)state;
  struct panamem_statistics statistics = {.struct_bytes = sizeof statistics};
  for (int i = 0; i < 100; i++) {
    panamem_pymalloc_malloc(OBJ, 40);
  }
  panamem_pymalloc_free(OBJ, panamem_pymalloc_malloc(OBJ, 600));
  assert_int_equal(panamem_get_statistics(&statistics), 0);
  assert_int_equal(statistics.domains[2].live_blocks, 100);
  assert_int_equal(statistics.domains[2].live_bytes, 4800);
  assert_int_equal(statistics.domains[2].total_allocations, 100);
  assert_int_equal(statistics.domains[2].committed_bytes, PANAMEM_PY_ARENA_BYTES);
  assert_int_equal(statistics.committed_bytes, PANAMEM_PY_ARENA_BYTES);
  assert_int_equal(statistics.calls, 100);
  assert_int_equal(panamem_usable_size((void *)(panamem_heap.pymalloc.used[2] + 48)), 48);
}

struct visits {
  int64_t count, least, most;
  const void *stop_at, *last;
  bool ascending;
};

static int visit(void *block, size_t usable_bytes, int domain, void *argument) {
  struct visits *visits = argument;
  visits->count++;
  visits->ascending &= (const char *)block > (const char *)visits->last && domain == 2 &&
                       usable_bytes == panamem_usable_size(block);
  visits->last = block;
  return block != visits->stop_at;
}

static void the_walk_sees_live_blocks_only(void **state) {
  (void)state;
  enum { BLOCKS = 6000 };
  static void *blocks[BLOCKS];
  uint64_t random = random_seed();
  for (int i = 0; i < BLOCKS; i++) {
    blocks[i] = panamem_pymalloc_malloc(OBJ, 1 + random_below(&random, 512));
  }
  int64_t live = BLOCKS;
  for (int i = 0; i < BLOCKS; i += 1 + (int)random_below(&random, 3)) {
    panamem_pymalloc_free(OBJ, blocks[i]);
    live--;
  }
  struct visits visits = {.ascending = true};
  assert_int_equal(panamem_walk(visit, &visits), live);
  assert_int_equal(visits.count, live);
  assert_true(visits.ascending);
  struct visits stopped = {.ascending = true, .stop_at = visits.last};
  assert_int_equal(panamem_walk(visit, &stopped), live);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(an_empty_heap_prints_zeros, java_serves),
      cmocka_unit_test_setup(every_number_is_cpythons, java_serves),
      cmocka_unit_test_setup(public_statistics_count_pools_as_object_blocks, java_serves),
      cmocka_unit_test_setup(the_walk_sees_live_blocks_only, java_serves),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
