/* SPDX-License-Identifier: Apache-2.0
 *
 * Hardened blocks, with zeroing and without: what each misuse is told as, and what the heap holds free. Each case is a
 * child, because the marks belong to one heap.
 */
#include "fixture.h"

#include <signal.h>
#include <string.h>
#include <sys/resource.h>

#include "../../include/panamem/panamem.h"
#include "../../include/panamem/pymem.h"
#include "../hardened.h"
#include "../hardened_marks.h"
#include "../heap.h"
#include "../magazine.h"
#include "capture.h"
#include "random_work.h"

#define RAW PANAMEM_HARDENED_CONTEXT(PYMEM_DOMAIN_RAW)
#define OBJ PANAMEM_HARDENED_CONTEXT(PYMEM_DOMAIN_OBJ)

static bool zeroing;

static const PyMemAllocatorEx *row(void) {
  static const PyMemAllocatorEx rows[] = {
      {RAW, panamem_hardened_malloc, panamem_hardened_calloc, panamem_hardened_realloc, panamem_hardened_free},
      {RAW, panamem_zeroing_malloc, panamem_zeroing_calloc, panamem_zeroing_realloc, panamem_zeroing_free},
  };
  return &rows[zeroing];
}

static char *make_as(void *ctx, size_t bytes) {
  return row()->malloc(ctx, bytes);
}

static char *make(size_t bytes) {
  return make_as(RAW, bytes);
}

static char *resize(void *block, size_t bytes) {
  return row()->realloc(RAW, block, bytes);
}

static void drop_as(void *ctx, void *block) {
  row()->free(ctx, block);
}

static void drop(void *block) {
  drop_as(RAW, block);
}

/* ---- Each misuse ----------------------------------------------------------------------------------------------------------- */

static size_t misuse_bytes;

static void free_twice(void) {
  char *block = make(misuse_bytes);
  drop(block);
  drop(block);
}

static void free_twice_much_later(void) {
  char *block = make(misuse_bytes);
  char *kept[20];
  drop(block);
  for (int i = 0; i < 20; i++) {
    while ((kept[i] = make(misuse_bytes)) == block) { /* else that one would be freed, rightly */
    }
  }
  for (int i = 0; i < 20; i++) {
    drop(kept[i]);
  }
  drop(block);
  drop(block);
}

static void resize_freed(void) {
  char *block = make(misuse_bytes);
  drop(block);
  resize(block, misuse_bytes + 1);
}

static void free_inside(void) {
  drop(make(misuse_bytes) + 16);
}

static void free_half_way(void) {
  drop(make(misuse_bytes) + (misuse_bytes / 2 + 15) / 16 * 16);
}

static void free_inside_as_object(void) {
  drop_as(OBJ, make(misuse_bytes) + 16);
}

static void free_unaligned(void) {
  drop(make(misuse_bytes) + 1);
}

static void free_as_object(void) {
  drop_as(OBJ, make(misuse_bytes));
}

static void free_low(void) {
  drop((void *)1);
}

static void run(void *misuse) {
  heap_fresh(64 * MIB);
  (*(void (**)(void))misuse)();
}

static void assert_told(void (*misuse)(void), const char *line) {
  static const size_t sizes[] = {20, 500, 30000, 100000};
  for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
    misuse_bytes = sizes[i];
    struct capture end = capture(run, (void *)&misuse);
    if (strncmp(end.text, line, strlen(line)) != 0) {
      fail_msg("%zu bytes: %s", sizes[i], end.text);
    }
    assert_int_equal(end.signal, SIGABRT);
  }
}

static void each_misuse_has_its_report(void **state) {
  (void)state;
  assert_told(free_twice, "panamem: double free: PyMem_RawFree(0x");
  assert_told(free_twice_much_later, "panamem: double free: PyMem_RawFree(0x");
  assert_told(resize_freed, "panamem: realloc of a freed block: PyMem_RawRealloc(0x");
  assert_told(free_inside, "panamem: interior pointer: PyMem_RawFree(0x");
  assert_told(free_half_way, "panamem: interior pointer: PyMem_RawFree(0x");
  assert_told(free_inside_as_object, "panamem: interior pointer: PyObject_Free(0x");
  assert_told(free_unaligned, "panamem: interior pointer: PyMem_RawFree(0x");
  assert_told(free_as_object, "panamem: wrong domain: PyObject_Free(0x");
  assert_told(free_low, "panamem: foreign pointer: PyMem_RawFree(0x1): ");
}

/* ---- Blocks of 0 bytes ------------------------------------------------------------------------------------------------------- */

static void touch_empty(void) {
  *(volatile char *)make(0) = 1;
}

static void touch_empty_zeroed(void) {
  *(volatile char *)row()->calloc(RAW, 0, 1) = 1;
}

static void free_empty_twice(void) {
  char *block = make(0);
  drop(block);
  drop(block);
}

static void use_empty(void) {
  char *blocks[1000];
  for (int i = 0; i < 1000; i++) {
    blocks[i] = make(0);
    REQUIRE(blocks[i] != NULL && (i == 0 || blocks[i] != blocks[i - 1]));
  }
  for (int i = 0; i < 1000; i++) {
    blocks[i] = resize(blocks[i], 10);
    memset(blocks[i], 'x', 10);
  }
  for (int i = 0; i < 1000; i++) {
    drop(blocks[i]);
  }
  for (int i = 0; i < 200000; i++) { /* more than arena 0 has places */
    drop(make(0));
  }
}

static void blocks_of_no_bytes_cannot_be_touched(void **state) {
  (void)state;
  void (*misuse)(void) = touch_empty;
  assert_int_equal(capture(run, (void *)&misuse).signal, SIGSEGV);
  misuse = touch_empty_zeroed;
  assert_int_equal(capture(run, (void *)&misuse).signal, SIGSEGV);
  misuse = free_empty_twice;
  assert_non_null(strstr(capture(run, (void *)&misuse).text, "panamem: double free: "));
  misuse = use_empty;
  struct capture end = capture(run, (void *)&misuse);
  assert_string_equal(end.text, "");
  assert_int_equal(end.signal, 0);
}

static void resize_beyond_all(void) {
  static const size_t sizes[] = {0, 50, 30000, 100000};
  for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
    char *block = make(sizes[i]);
    for (int shift = 40; shift < 63; shift++) {
      REQUIRE(resize(block, ((size_t)1 << shift) + 70) == NULL);
    }
    drop(block);
  }
}

static void a_refused_realloc_leaves_the_block(void **state) {
  (void)state;
  void (*misuse)(void) = resize_beyond_all;
  struct capture end = capture(run, (void *)&misuse);
  assert_string_equal(end.text, "");
  assert_int_equal(end.signal, 0);
}

static struct panamem_domain_statistics figures_of(int domain) {
  struct panamem_statistics statistics = {.struct_bytes = sizeof statistics};
  REQUIRE(panamem_get_statistics(&statistics) == 0);
  return statistics.domains[domain];
}

static uint64_t calls(void) {
  struct panamem_statistics statistics = {.struct_bytes = sizeof statistics};
  REQUIRE(panamem_get_statistics(&statistics) == 0);
  return statistics.calls;
}

struct expected {
  const void *block;
  size_t usable_bytes;
  int domain;
};

static int compare_visit(void *block, size_t usable_bytes, int domain, void *argument) {
  const struct expected **next = argument;
  REQUIRE(block == (*next)->block && usable_bytes == (*next)->usable_bytes && domain == (*next)->domain);
  REQUIRE(usable_bytes == panamem_usable_size(block));
  ++*next;
  return 1;
}

static int stop_visit(void *block, size_t usable_bytes, int domain, void *argument) {
  (void)block, (void)usable_bytes, (void)domain, (void)argument;
  return 0;
}

static void require_walk(const struct expected *expected, int64_t blocks) {
  REQUIRE(panamem_walk(compare_visit, &expected) == blocks);
}

static void count_empty(void) {
  uint64_t calls_before = calls();
  char *one = make(0), *other = make_as(OBJ, 0), *last = make(0), *block = make(100);
  require_walk((struct expected[]){{one, 0, 0}, {other, 0, 2}, {last, 0, 0}, {block, 112, 0}, {NULL, 0, 0}}, 4);
  REQUIRE(panamem_walk(stop_visit, NULL) == 1);
  REQUIRE(figures_of(0).live_blocks == 3 && figures_of(0).live_bytes == 112 && figures_of(0).total_allocations == 3);
  REQUIRE(figures_of(2).live_blocks == 1 && figures_of(2).live_bytes == 0 && figures_of(2).total_allocations == 1);
  REQUIRE(figures_of(1).live_blocks == 0 && calls() == calls_before + 4);
  drop(one);
  drop_as(OBJ, other);
  last = resize(last, 0); /* to another place */
  require_walk((struct expected[]){{last, 0, 0}, {block, 112, 0}, {NULL, 0, 0}}, 2);
  REQUIRE(figures_of(0).live_blocks == 2 && figures_of(0).total_allocations == 4 && figures_of(2).live_blocks == 0);
  last = resize(last, 200000);
  drop(block);
  drop(last);
  require_walk(&(struct expected){NULL, 0, 0}, 0);
  REQUIRE(figures_of(0).live_blocks == 0 && figures_of(0).live_bytes == 0);
}

static void blocks_of_no_bytes_are_told(void **state) {
  (void)state;
  void (*count)(void) = count_empty;
  struct capture end = capture(run, (void *)&count);
  assert_string_equal(end.text, "");
  assert_int_equal(end.signal, 0);
}

/* ---- With zeroing ------------------------------------------------------------------------------------------------------------ */

static void write_after_free(void) {
  char *block = make(misuse_bytes);
  drop(block);
  block[misuse_bytes - 8] = 1;
  for (int i = 0; i < 10000; i++) {
    drop(make(misuse_bytes));
  }
}

static void look_at_freed(void) {
  for (size_t bytes = 1; bytes < 300000; bytes = bytes * 3 + 1) {
    char *block = make(bytes);
    memset(block, 'x', bytes);
    drop(block);
    for (size_t i = 0; i < bytes; i++) {
      REQUIRE(block[i] == 0);
    }
    REQUIRE(make(bytes) != block);
  }
}

static void freed_blocks_are_zero_and_wait(void **state) {
  (void)state;
  if (!zeroing) {
    skip();
  }
  void (*misuse)(void) = look_at_freed;
  struct capture end = capture(run, (void *)&misuse);
  assert_string_equal(end.text, "");
  assert_int_equal(end.signal, 0);
}

static void a_write_after_free_is_told_at_the_next_allocation(void **state) {
  (void)state;
  if (!zeroing) {
    skip();
  }
  assert_told(write_after_free, "panamem: use after free: PyMem_RawMalloc(0x");
}

/* ---- Work -------------------------------------------------------------------------------------------------------------------- */

static int count_visit(void *block, size_t usable_bytes, int domain, void *argument) {
  (void)block, (void)usable_bytes, (void)domain;
  ++*(int *)argument;
  return 1;
}

static void work_in_threads(void *seed) {
  heap_fresh(1024 * MIB);
  random_work(row(), *(uint64_t *)seed, 50000);
  int live = 0;
  panamem_walk(count_visit, &live);
  REQUIRE(live == 0);
}

static void threads_share_it(void **state) {
  (void)state;
  uint64_t seed = random_seed();
  struct capture end = capture(work_in_threads, &seed);
  assert_string_equal(end.text, "");
  assert_int_equal(end.signal, 0);
}

/* ---- Where the OS has no room for marks --------------------------------------------------------------------------------------- */

static const size_t unmarked_bytes[] = {50, 700, 20000, 100000};
#define UNMARKED (sizeof unmarked_bytes / sizeof unmarked_bytes[0])

/* The heap has what it needs for these sizes, and the process gets no address space from then on. */
static void leave_no_room(void) {
  for (size_t i = 0; i < UNMARKED; i++) {
    panamem_arena_free(NULL, panamem_arena_malloc(NULL, unmarked_bytes[i]));
  }
  struct rlimit none = {1, RLIM_INFINITY};
  setrlimit(RLIMIT_AS, &none);
}

static void work_without_marks(void) {
  leave_no_room();
  for (size_t i = 0; i < UNMARKED; i++) {
    size_t bytes = unmarked_bytes[i];
    char *block = make(bytes);
    memset(block, 0x5a, bytes);
    drop(block);
    block = make(bytes); /* was written before its free, and nobody zeroed it */
    memset(block, 0x5a, bytes);
    drop(block);
    block = row()->calloc(RAW, 1, bytes);
    for (size_t at = 0; at < bytes; at++) {
      REQUIRE(block[at] == 0);
    }
    drop(block);
  }
  REQUIRE(!panamem_marks_ready());
}

static void without_marks_they_are_the_arenas_rows(void **state) {
  (void)state;
  void (*misuse)(void) = work_without_marks;
  capture_assert(run, (void *)&misuse, 0, "");
}

static int with_zeroing(void **state) {
  (void)state;
  zeroing = true;
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_misuse_has_its_report),
      cmocka_unit_test(blocks_of_no_bytes_cannot_be_touched),
      cmocka_unit_test(blocks_of_no_bytes_are_told),
      cmocka_unit_test(a_refused_realloc_leaves_the_block),
      cmocka_unit_test(freed_blocks_are_zero_and_wait),
      cmocka_unit_test(a_write_after_free_is_told_at_the_next_allocation),
      cmocka_unit_test(threads_share_it),
      cmocka_unit_test(without_marks_they_are_the_arenas_rows),
  };
  return cmocka_run_group_tests_name("marks", tests, NULL, NULL) +
         cmocka_run_group_tests_name("zero", tests, with_zeroing, NULL);
}
