/* SPDX-License-Identifier: Apache-2.0
 *
 * Memory for our own structures: zeroed, aligned, apart from each other, used again, and refused without harm.
 */
#include "fixture.h"

#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "../meta.h"
#include "capture.h"

#define PIECES 3000

static struct {
  unsigned char *memory;
  size_t bytes;
} pieces[PIECES];

static void assert_zero(const unsigned char *memory, size_t bytes) {
  for (size_t i = 0; i < bytes; i++) {
    assert_int_equal(memory[i], 0);
  }
}

static void every_piece_is_zeroed_aligned_and_its_own(void **state) {
  (void)state;
  uint64_t random = random_seed();
  for (int step = 0; step < 4 * PIECES; step++) {
    uint64_t i = random_below(&random, PIECES);
    if (pieces[i].memory != NULL) {
      assert_true(block_holds(pieces[i].memory, pieces[i].bytes, i));
      panamem_meta_free(pieces[i].memory, pieces[i].bytes);
      pieces[i].memory = NULL;
      continue;
    }
    pieces[i].bytes = 1 + random_below(&random, i % 50 == 0 ? PANAMEM_META_MOST_BYTES : 700);
    pieces[i].memory = panamem_meta_allocate(pieces[i].bytes);
    assert_non_null(pieces[i].memory);
    assert_int_equal((uintptr_t)pieces[i].memory % 64, 0);
    assert_zero(pieces[i].memory, pieces[i].bytes);
    fill_block(pieces[i].memory, pieces[i].bytes, i);
  }
}

static void what_was_freed_is_used_again(void **state) {
  (void)state;
  void *first = panamem_meta_allocate(PANAMEM_META_MOST_BYTES);
  panamem_meta_free(first, PANAMEM_META_MOST_BYTES);
  assert_ptr_equal(panamem_meta_allocate(PANAMEM_META_MOST_BYTES - 1), first);
  panamem_meta_free(NULL, 100);
}

/* Every limit on the address space between two chunks ends in NULL, and lifting it in memory again. */
static void refuse_and_recover(void *argument) {
  (void)argument;
  struct rlimit none = {1, RLIM_INFINITY};
  struct rlimit all = {RLIM_INFINITY, RLIM_INFINITY};
  for (size_t bytes = 64; bytes <= PANAMEM_META_MOST_BYTES; bytes *= 2) {
    setrlimit(RLIMIT_AS, &none);
    int got = 0;
    while (panamem_meta_allocate(bytes) != NULL) {
      if (++got > 100000) {
        _exit(1);
      }
    }
    setrlimit(RLIMIT_AS, &all);
    if (panamem_meta_allocate(bytes) == NULL) {
      _exit(2);
    }
  }
  _exit(0);
}

static void an_os_that_refuses_is_a_null(void **state) {
  (void)state;
  if (SANITIZED) {
    skip();
  }
  assert_int_equal(capture(refuse_and_recover, NULL).status, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_piece_is_zeroed_aligned_and_its_own),
      cmocka_unit_test(what_was_freed_is_used_again),
      cmocka_unit_test(an_os_that_refuses_is_a_null),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
