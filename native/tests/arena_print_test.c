/* SPDX-License-Identifier: Apache-2.0
 *
 * The statistics of `arena` in CPython's form, to the letter; the bytes of an arena are all accounted for.
 */
#include "fixture.h"

#include <stdio.h>
#include <stdlib.h>

#include "../arena_print.h"
#include "../heap.h"
#include "../magazine.h"

#define RAW PANAMEM_DOMAIN_CONTEXT(0)
#define OBJ PANAMEM_DOMAIN_CONTEXT(2)

static int fresh(void **state) {
  (void)state;
  heap_fresh(64 * MIB);
  return 0;
}

static void an_empty_heap_prints_zeros(void **state) {
  (void)state;
  assert_prints(panamem_arena_print, "Small block threshold = 32768, in 62 size classes.\n"
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
                "# bytes in large blocks            =                    0\n"
                "0 unused pages * 16384 bytes       =                    0\n"
                "# bytes lost to pool headers       =                    0\n"
                "# bytes lost to quantization       =                    0\n"
                "# bytes lost to arena alignment    =                    0\n"
                "Total                              =                    0\n");
}

/* 16-byte blocks in two domains, a pool of one page each (1024 blocks); 48-byte blocks in one (341 blocks, 16 bytes left
 * over); a large block of three pages. Blocks that are free again are available. */
static void every_byte_of_an_arena_is_told(void **state) {
  (void)state;
  assert_int_equal(panamem_heap.classes[1].pool_pages_first, 1);
  assert_int_equal(panamem_heap.classes[3].pool_pages_first, 1);
  for (int i = 0; i < 10; i++) {
    panamem_arena_malloc(OBJ, 16);
    panamem_arena_malloc(RAW, 10);
    panamem_arena_malloc(OBJ, 40);
  }
  panamem_arena_free(OBJ, panamem_arena_malloc(OBJ, 48));
  panamem_arena_malloc(OBJ, 40000);
  assert_prints(panamem_arena_print, "Small block threshold = 32768, in 62 size classes.\n"
                "\n"
                "class   size   num pools   blocks in use  avail blocks\n"
                "-----   ----   ---------   -------------  ------------\n"
                "    0     16           2              20          2028\n"
                "    2     48           1              10           331\n"
                "\n"
                "# arenas allocated total           =                    1\n"
                "# arenas reclaimed                 =                    0\n"
                "# arenas highwater mark            =                    1\n"
                "# arenas allocated current         =                    1\n"
                "1 arenas * 1048576 bytes/arena     =            1,048,576\n"
                "\n"
                "# bytes in allocated blocks        =                  800\n"
                "# bytes in available blocks        =               48,336\n"
                "# bytes in large blocks            =               49,152\n"
                "58 unused pages * 16384 bytes      =              950,272\n"
                "# bytes lost to pool headers       =                    0\n"
                "# bytes lost to quantization       =                   16\n"
                "# bytes lost to arena alignment    =                    0\n"
                "Total                              =            1,048,576\n");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(an_empty_heap_prints_zeros, fresh),
      cmocka_unit_test_setup(every_byte_of_an_arena_is_told, fresh),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
