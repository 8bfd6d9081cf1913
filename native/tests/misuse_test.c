/* SPDX-License-Identifier: Apache-2.0
 *
 * Our report about each misuse, as text and as JSON, without an interpreter. CPython's words after it: debug_report_test.c.
 */
#include "cmocka_all.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../include/panamem/debug.h"
#include "../../include/panamem/pymem.h"
#include "../fast_path.h"
#include "../options.h"
#include "../sites.h"
#include "capture.h"

/* ---- The misuses ------------------------------------------------------------------------------------------------------- */

static NOINLINE char *make_block(void) {
  char *block = PyMem_Malloc(20);
  __asm__ volatile("");
  return block;
}

static NOINLINE void drop_block(void *block) {
  PyMem_Free(block);
  __asm__ volatile("");
}

static NOINLINE void free_twice(void) {
  void *block = make_block();
  drop_block(block);
  PyMem_Free(block);
  __asm__ volatile("");
}

static void free_after_it_moved(void) {
  void *block = make_block();
  void *in_the_way = PyMem_Malloc(20);
  void *moved = PyMem_Realloc(block, 100000);
  if (moved != block) {
    PyMem_Free(block);
  }
  PyMem_Free(in_the_way);
}

static void resize_freed(void) {
  void *block = make_block();
  drop_block(block);
  block = PyMem_Realloc(block, 30);
}

static void free_inside(void) {
  PyMem_Free(make_block() + 3);
}

__attribute__((unused)) static void free_in_front(void) {
  PyMem_Free(make_block() - 16);
}

static void free_on_stack(void) {
  long words[8] = {0};
  PyMem_Free(&words[4]);
}

static void free_nowhere(void) {
  PyMem_Free((void *)4096);
}

static void free_as_object(void) {
  PyObject_Free(make_block());
}

static void write_behind(void) {
  char *block = make_block();
  block[20] = 1;
  drop_block(block);
}

static void write_in_front(void) {
  char *block = make_block();
  block[-1] = 1;
  drop_block(block);
}

static void write_over_the_id(void) {
  char *block = make_block();
  block[-8] = 'o';
  drop_block(block);
}

static void write_over_the_size(void) {
  char *block = make_block();
  memset(block - 16, 0x7f, 8);
  drop_block(block);
}

static int nobody(void) {
  return 0;
}

static void free_without_gil(void) {
  void *block = make_block();
  panamem_set_gil_check(nobody);
  PyMem_Free(block);
}

/* ---- Running them -------------------------------------------------------------------------------------------------------- */

static void run(void *misuse) {
  PyMem_SetupDebugHooks();
  (*(void (**)(void))misuse)();
}

/* Every hexadecimal number becomes "#". */
static void hide_numbers(const char *text, char *to) {
  while (*text != '\0') {
    if (strncmp(text, "0x", 2) == 0) {
      *to++ = '#';
      text += 2 + strspn(text + 2, "0123456789abcdef");
    } else {
      *to++ = *text++;
    }
  }
  *to = '\0';
}

/* The lines of the report without those of frames. */
static void keep_heads(const char *text, char *to) {
  while (*text != '\0' && *text != '\n') {
    size_t length = strcspn(text, "\n") + 1;
    if (strncmp(text, "    ", 4) != 0) {
      memcpy(to, text, length);
      to += length;
    }
    text += length;
  }
  *to = '\0';
}

#define THREE ", thread #:\n"
#define BLOCK "  the block: 20 bytes at #, domain MEM, request 1\n"
#define HERE "  here" THREE
#define ALLOCATED "  allocated" THREE
#define FREED "  freed first" THREE

static void assert_reported(void (*misuse)(void), const char *report) {
  struct capture end = capture(run, (void *)&misuse);
  char hidden[sizeof end.text], heads[sizeof end.text];
  hide_numbers(end.text, hidden);
  keep_heads(hidden, heads);
  assert_string_equal(heads, report);
  assert_non_null(memmem(end.text, end.bytes, "\nFatal Python error: ", 21)); /* perhaps behind an id of 0 */
  assert_int_equal(end.signal, SIGABRT);
}

static void each_misuse_has_its_report(void **state) {
  (void)state;
  const struct {
    void (*misuse)(void);
    const char *report;
  } cases[] = {
      {free_twice, "panamem: double free: PyMem_Free(#): the block was freed before\n" BLOCK HERE FREED ALLOCATED},
      {free_after_it_moved,
       "panamem: double free: PyMem_Free(#): the block was moved by a realloc before\n" BLOCK HERE FREED ALLOCATED},
      {resize_freed,
       "panamem: realloc of a freed block: PyMem_Realloc(#): the block was freed before\n" BLOCK HERE FREED ALLOCATED},
      {free_inside,
       "panamem: interior pointer: PyMem_Free(#): the address lies 3 bytes inside a block\n" BLOCK HERE ALLOCATED},
#if !defined(__SANITIZE_ADDRESS__) /* it guards what lies in front of libc's block */
      {free_in_front,
       "panamem: interior pointer: PyMem_Free(#): the address lies 16 bytes in front of a block\n" BLOCK HERE ALLOCATED},
#endif
      {free_on_stack, "panamem: foreign pointer: PyMem_Free(#): no block of these functions begins there; the address is on "
                      "the stack of the calling thread\n" HERE},
      {free_nowhere, "panamem: foreign pointer: PyMem_Free(#): no block of these functions begins there; the address is "
                     "where nothing is mapped\n" HERE},
      {free_as_object, "panamem: wrong domain: PyObject_Free(#): the block is of the MEM domain and must go to "
                       "PyMem_Free\n" BLOCK HERE ALLOCATED},
      {write_behind,
       "panamem: overflow: PyMem_Free(#): something has written behind the end of the block\n" BLOCK HERE ALLOCATED},
      {write_in_front,
       "panamem: underflow: PyMem_Free(#): something has written in front of the block\n" BLOCK HERE ALLOCATED},
      {write_over_the_id,
       "panamem: underflow: PyMem_Free(#): something has written in front of the block\n" BLOCK HERE ALLOCATED},
      {write_over_the_size, "panamem: wrong size: PyMem_Free(#): something has written over the size in front of the block: "
                            "it says 9187201950435737471\n" BLOCK HERE ALLOCATED},
      {free_without_gil,
       "panamem: without the GIL: PyMem_Free(#): the thread does not hold the GIL\n" BLOCK HERE ALLOCATED},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    assert_reported(cases[i].misuse, cases[i].report);
  }
}

/* ---- Sites in it ------------------------------------------------------------------------------------------------------- */

static void frames_stand_under_their_heads(void **state) {
  (void)state;
#ifdef PANAMEM_BACKTRACE
  void (*misuse)(void) = free_twice;
  struct capture end = capture(run, (void *)&misuse);
  const char *here = strstr(end.text, "  here");
  const char *freed = strstr(end.text, "  freed first");
  const char *allocated = strstr(end.text, "  allocated");
  assert_non_null(strstr(here, "    free_twice"));
  assert_true(strstr(here, "    free_twice") < freed);
  assert_true(strstr(freed, "    drop_block") < allocated);
  assert_non_null(strstr(allocated, "    make_block"));
#else
  skip();
#endif
}

static void run_without_stacks(void *misuse) {
  panamem_options.stack_depth = 0;
  run(misuse);
}

static void without_stacks_it_says_so(void **state) {
  (void)state;
  void (*misuse)(void) = free_twice;
  struct capture end = capture(run_without_stacks, (void *)&misuse);
  assert_non_null(strstr(end.text, "  freed first: not recorded (option stacks)\n"));
  assert_non_null(strstr(end.text, "  allocated: not recorded (option stacks)\n"));
  assert_non_null(strstr(end.text, "  here, thread 0x"));
}

static void run_json(void *misuse) {
  panamem_options.format = PANAMEM_FORMAT_JSON;
  run(misuse);
}

static void json_is_one_line(void **state) {
  (void)state;
  void (*misuse)(void) = free_twice;
  struct capture end = capture(run_json, (void *)&misuse);
  const char *line_end = strchr(end.text, '\n');
  assert_memory_equal(end.text, "{\"panamem_report\":1,\"kind\":\"double free\",\"function\":\"PyMem_Free\",\"address\":\"0x", 75);
  assert_non_null(strstr(end.text, "\"block\":{\"address\":\"0x"));
  assert_non_null(strstr(end.text, "\"bytes\":20,\"domain\":\"MEM\",\"request\":1,\"allocated\":{\"thread\":\"0x"));
  assert_memory_equal(line_end - 3, "}}}\n", 4);
  assert_memory_equal(line_end + 1, "Fatal Python error: _PyMem_DebugRawFree: double free\n", 53);
  misuse = free_nowhere;
  end = capture(run_json, (void *)&misuse);
  assert_non_null(strstr(end.text, "\"block\":null}\n"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_misuse_has_its_report),
      cmocka_unit_test(frames_stand_under_their_heads),
      cmocka_unit_test(without_stacks_it_says_so),
      cmocka_unit_test(json_is_one_line),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
