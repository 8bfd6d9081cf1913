/* SPDX-License-Identifier: Apache-2.0
 *
 * Guarded blocks: what each misuse is told as, and where blocks lie.
 */
#include "guard_fixture.h"

#include <signal.h>
#include <string.h>

#include "../../include/panamem/panamem.h"
#include "../guard.h"
#include "capture.h"
#include "fixture.h"

/* ---- Each misuse ----------------------------------------------------------------------------------------------------------- */

static void write_behind_slack(void) {
  poke(make(20) + 32);
}

static void read_right_behind(void) {
  peek(make(48) + 48);
}

static void write_in_front_of_page(void) {
  poke(make(2 * OS_PAGE) - 1);
}

static void read_empty(void) {
  peek(make(0));
}

static void read_after_move(void) {
  char *block = make(20);
  REQUIRE(panamem_guard_realloc(RAW, block, 10) != block);
  peek(block);
}

static void write_into_slack(void) {
  char *block = make(20);
  poke(block + 20);
  drop(block);
}

static void write_in_front(void) {
  char *block = make(20);
  poke(block - 1);
  drop(block);
}

static void free_twice(void) {
  char *block = make(20);
  drop(block);
  drop(block);
}

static void free_twice_much_later(void) {
  char *block = make(20);
  drop(block);
  for (int i = 0; i < 50000; i++) {
    drop(make(30));
  }
  drop(block);
}

static void resize_freed(void) {
  char *block = make(20);
  drop(block);
  panamem_guard_realloc(RAW, block, 30);
}

static void free_inside(void) {
  drop(make(20) + 3);
}

static void free_as_object(void) {
  panamem_guard_free(OBJ, make(20));
}

static void free_on_stack(void) {
  long words[8] = {0};
  drop(&words[4]);
}

static void free_low(void) {
  drop((void *)1);
}

static void free_nothing(void) {
  drop(make(20) + 100 * MIB);
}

static void run(void *misuse) {
  begin("");
  (*(void (**)(void))misuse)();
}

/* The first line without the address. */
static void first_line(const char *text, char *line, size_t line_bytes) {
  size_t used = 0;
  for (; *text != '\0' && *text != '\n' && used < line_bytes - 1; text++) {
    line[used++] = *text;
    if (strncmp(text, "0x", 2) == 0) {
      text += 1 + strspn(text + 2, "0123456789abcdef");
      line[used - 1] = '#';
    }
  }
  line[used] = '\0';
}

#define SAYS_BLOCK "\n  the block: "
#define SAYS_FREED "\n  freed first"

static void assert_told(void (*misuse)(void), int signal, const char *line, bool freed, bool known) {
  char found[200];
  struct capture end = capture(run, (void *)&misuse);
  first_line(end.text, found, sizeof found);
  assert_string_equal(found, line);
  assert_int_equal(end.signal, signal);
  assert_int_equal(strstr(end.text, SAYS_BLOCK) != NULL, known);
  assert_int_equal(strstr(end.text, SAYS_ALLOCATED) != NULL, known);
  assert_int_equal(strstr(end.text, SAYS_FREED) != NULL, freed);
  assert_null(strstr(end.text, "not recorded"));
}

static void each_misuse_has_its_report(void **state) {
  (void)state;
  assert_told(write_behind_slack, SIGSEGV, "panamem: overflow: write at #: the address is 12 bytes behind the end of a block",
              false, true);
  assert_told(read_right_behind, SIGSEGV, "panamem: overflow: read at #: the address is right behind the end of a block", false,
              true);
  assert_told(write_in_front_of_page, SIGSEGV, "panamem: underflow: write at #: the address is 1 byte in front of a block",
              false, true);
  assert_told(read_empty, SIGSEGV, "panamem: overflow: read at #: the address is right behind the end of a block", false, true);
  assert_told(write_after_free, SIGSEGV,
              "panamem: use after free: write at #: the address is byte 3 of a block that was freed before", true, true);
  assert_told(read_after_move, SIGSEGV,
              "panamem: use after free: read at #: the address is byte 0 of a block that was moved by a realloc before", true,
              true);
  assert_told(write_into_slack, SIGABRT,
              "panamem: overflow: PyMem_RawFree(#): something has written behind the end of the block", false, true);
  assert_told(write_in_front, SIGABRT, "panamem: underflow: PyMem_RawFree(#): something has written in front of the block",
              false, true);
  assert_told(free_twice, SIGABRT, "panamem: double free: PyMem_RawFree(#): the block was freed before", true, true);
  assert_told(free_twice_much_later, SIGABRT, "panamem: double free: PyMem_RawFree(#): the block was freed before", true, true);
  assert_told(resize_freed, SIGABRT, "panamem: realloc of a freed block: PyMem_RawRealloc(#): the block was freed before", true,
              true);
  assert_told(free_inside, SIGABRT, "panamem: interior pointer: PyMem_RawFree(#): the address lies 3 bytes inside a block",
              false, true);
  assert_told(free_as_object, SIGABRT,
              "panamem: wrong domain: PyObject_Free(#): the block is of the RAW domain and must go to PyMem_RawFree", false,
              true);
  assert_told(free_on_stack, SIGABRT,
              "panamem: foreign pointer: PyMem_RawFree(#): no block of these functions begins there; the address is on the "
              "stack of the calling thread",
              false, false);
  assert_told(free_low, SIGABRT,
              "panamem: foreign pointer: PyMem_RawFree(#): no block of these functions begins there; the address is where "
              "nothing is mapped",
              false, false);
}

static void an_address_that_was_never_given_is_foreign(void **state) {
  (void)state;
  void (*misuse)(void) = free_nothing;
  struct capture end = capture(run, (void *)&misuse);
  assert_non_null(strstr(end.text, "panamem: foreign pointer: PyMem_RawFree(0x"));
  assert_int_equal(end.signal, SIGABRT);
}

/* ---- Edges ----------------------------------------------------------------------------------------------------------------- */

static void at_the_right(void *unused) {
  (void)unused;
  begin("");
  for (size_t bytes = 0; bytes < 40000; bytes += bytes < 70 ? 1 : 997) {
    char *block = make(bytes);
    REQUIRE((uintptr_t)block % PANAMEM_ALIGNMENT == 0);
    REQUIRE(((uintptr_t)block + bytes + 15) / 16 * 16 % OS_PAGE == 0);
    REQUIRE(panamem_usable_size(block) == bytes);
    for (size_t i = 0; i < bytes; i++) {
      REQUIRE(block[i] == 0);
      block[i] = 'x';
    }
    drop(block);
  }
}

static void at_the_left(void *unused) {
  (void)unused;
  begin("guard.edge=left");
  for (size_t bytes = 0; bytes < 40000; bytes += bytes < 70 ? 1 : 997) {
    char *block = make(bytes);
    REQUIRE((uintptr_t)block % OS_PAGE == 0);
    memset(block, 'x', bytes);
    drop(block);
  }
  poke(make(20) - 1);
}

static void blocks_end_where_pages_do(void **state) {
  (void)state;
  struct capture end = capture(at_the_right, NULL);
  assert_string_equal(end.text, "");
  assert_int_equal(end.signal, 0);
  end = capture(at_the_left, NULL);
  assert_non_null(strstr(end.text, "panamem: underflow: write at 0x"));
  assert_non_null(strstr(end.text, ": the address is 1 byte in front of a block\n"));
  assert_int_equal(end.signal, SIGSEGV);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_misuse_has_its_report),
      cmocka_unit_test(an_address_that_was_never_given_is_foreign),
      cmocka_unit_test(blocks_end_where_pages_do),
  };
  return run_both_ways(tests);
}
