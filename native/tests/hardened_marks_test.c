/* SPDX-License-Identifier: Apache-2.0
 *
 * Where the marks of hardened blocks stand.
 */
#include "fixture.h"

#include <pthread.h>

#include "../../include/panamem/pymem.h"
#include "../hardened.h"
#include "../hardened_marks.h"
#include "capture.h"

#define LINE_BYTES 64u
#define NEIGHBOURS 4

static pthread_barrier_t all_have_one;

static void *take_one(void *block) {
  *(char **)block = panamem_hardened_malloc(PANAMEM_HARDENED_CONTEXT(PYMEM_DOMAIN_RAW), 64);
  pthread_barrier_wait(&all_have_one); /* a thread that ends leaves its neighbours to the next */
  return NULL;
}

static uintptr_t line_of_mark(const char *block) {
  return (uintptr_t)panamem_mark_of(block) / LINE_BYTES;
}

static void marks_of_threads(void *argument) {
  (void)argument;
  heap_fresh(64 * MIB);
  char *blocks[NEIGHBOURS];
  pthread_t threads[NEIGHBOURS];
  pthread_barrier_init(&all_have_one, NULL, NEIGHBOURS);
  for (int i = 0; i < NEIGHBOURS; i++) {
    pthread_create(&threads[i], NULL, take_one, &blocks[i]);
  }
  for (int i = 0; i < NEIGHBOURS; i++) {
    pthread_join(threads[i], NULL);
    for (int other = 0; other < i; other++) {
      REQUIRE(line_of_mark(blocks[i]) != line_of_mark(blocks[other]));
    }
  }
}

static void threads_that_begin_do_not_share_a_line_of_marks(void **state) {
  (void)state;
  capture_assert(marks_of_threads, NULL, 0, "");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(threads_that_begin_do_not_share_a_line_of_marks),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
