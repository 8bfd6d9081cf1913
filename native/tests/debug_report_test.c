/* SPDX-License-Identifier: Apache-2.0
 *
 * Every text that ends a process under debug hooks, to the byte, without an interpreter.
 */
#include "cmocka_all.h"

#include <stdbool.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "../../include/panamem/debug.h"
#include "../misuse.h"
#include "capture.h"
#include "family.h"

/* Our own report is not looked at here, and takes long. */
void panamem_misuse_report(const struct panamem_misuse *misuse) {
  (void)misuse;
}

const char *panamem_misuse_name(enum panamem_misuse_kind kind) {
  (void)kind;
  return "";
}

static const char HINT[] = "Enable tracemalloc to get the memory block allocation traceback\n\n";
static const char UNKNOWN[] = "Python runtime state: unknown\n\n";

/* The block of a case, in memory that parent and child share, so that the expected text can name its address. */
static struct shared {
  unsigned char *block;
} *shared;

struct misuse {
  const struct family *family; /* that the block is checked by */
  const struct family *maker;
  size_t bytes;
  void (*damage)(unsigned char *block, size_t bytes);
  bool realloc;
};

static void run_misuse(void *argument) {
  const struct misuse *misuse = argument;
  PyMem_SetupDebugHooks();
  shared->block = misuse->maker->malloc(misuse->bytes);
  if (misuse->damage != NULL) {
    misuse->damage(shared->block, misuse->bytes);
  }
  if (misuse->realloc) {
    misuse->family->realloc(shared->block, misuse->bytes + 1);
  } else {
    misuse->family->free(shared->block);
  }
}

/* template: %1 the block's address, %2 that of the tail, %m %v the API ids of maker and verifier, %f Free or Realloc */
static void expect_end(const struct misuse *misuse, const char *template) {
  struct capture end = capture(run_misuse, (void *)(uintptr_t)misuse);
  char expected[4096];
  size_t length = 0;
  for (const char *c = template; *c != '\0'; c++) {
    char *to = expected + length;
    size_t room = sizeof expected - length;
    int added;
    if (*c != '%') {
      added = snprintf(to, room, "%c", *c);
    } else if (*++c == '1') {
      added = snprintf(to, room, "%p", (void *)shared->block);
    } else if (*c == '2') {
      added = snprintf(to, room, "%p", (void *)(shared->block + misuse->bytes));
    } else if (*c == 'f') {
      added = snprintf(to, room, "%s", misuse->realloc ? "Realloc" : "Free");
    } else {
      added = snprintf(to, room, "%c", *c == 'm' ? misuse->maker->api_id : misuse->family->api_id);
    }
    length += (size_t)added;
  }
  snprintf(expected + length, sizeof expected - length, "%s", UNKNOWN);
  assert_string_equal(end.text, expected);
  assert_int_equal(end.signal, SIGABRT);
}

#define DATA_16 "    Data at p: cd cd cd cd cd cd cd cd cd cd cd cd cd cd cd cd\n"
#define LEAD_GOOD "    The 7 pad bytes at p-7 are FORBIDDENBYTE, as expected.\n"
#define TAIL_GOOD "    The 8 pad bytes at tail=%2 are FORBIDDENBYTE, as expected.\n"
#define HINT_TEXT "Enable tracemalloc to get the memory block allocation traceback\n\n"

static void write_behind(unsigned char *block, size_t bytes) {
  block[bytes] = 'x';
}

static void an_overflow_by_one_byte(void **state) {
  (void)state;
  FOR_EACH_FAMILY(f) {
    for (int realloc = 0; realloc < 2; realloc++) {
      struct misuse misuse = {f, f, 16, write_behind, realloc};
      expect_end(&misuse, "Debug memory block at address p=%1: API '%m'\n"
                          "    16 bytes originally requested\n" LEAD_GOOD
                          "    The 8 pad bytes at tail=%2 are not all FORBIDDENBYTE (0xfd):\n"
                          "        at tail+0: 0x78 *** OUCH\n"
                          "        at tail+1: 0xfd\n"
                          "        at tail+2: 0xfd\n"
                          "        at tail+3: 0xfd\n"
                          "        at tail+4: 0xfd\n"
                          "        at tail+5: 0xfd\n"
                          "        at tail+6: 0xfd\n"
                          "        at tail+7: 0xfd\n" DATA_16 "\n" HINT_TEXT
                          "Fatal Python error: _PyMem_DebugRaw%f: bad trailing pad byte\n");
    }
  }
}

static void write_before(unsigned char *block, size_t bytes) {
  (void)bytes;
  block[-1] = 0;
  block[-7] = 0xAB;
}

static void an_underflow(void **state) {
  (void)state;
  FOR_EACH_FAMILY(f) {
    for (int realloc = 0; realloc < 2; realloc++) {
      struct misuse misuse = {f, f, 3, write_before, realloc};
      expect_end(&misuse, "Debug memory block at address p=%1: API '%m'\n"
                          "    3 bytes originally requested\n"
                          "    The 7 pad bytes at p-7 are not all FORBIDDENBYTE (0xfd):\n"
                          "        at p-7: 0xab *** OUCH\n"
                          "        at p-6: 0xfd\n"
                          "        at p-5: 0xfd\n"
                          "        at p-4: 0xfd\n"
                          "        at p-3: 0xfd\n"
                          "        at p-2: 0xfd\n"
                          "        at p-1: 0x00 *** OUCH\n"
                          "    Because memory is corrupted at the start, the count of bytes requested\n"
                          "       may be bogus, and checking the trailing pad bytes may segfault.\n" TAIL_GOOD
                          "    Data at p: cd cd cd\n\n" HINT_TEXT
                          "Fatal Python error: _PyMem_DebugRaw%f: bad leading pad byte\n");
    }
  }
}

static void a_block_of_another_domain(void **state) {
  (void)state;
  FOR_EACH_FAMILY(maker) {
    FOR_EACH_FAMILY(f) {
      for (int realloc = 0; realloc < 2 && maker != f; realloc++) {
        struct misuse misuse = {f, maker, 16, NULL, realloc};
        expect_end(&misuse, "Debug memory block at address p=%1: API '%m'\n"
                            "    16 bytes originally requested\n" LEAD_GOOD TAIL_GOOD DATA_16 "\n" HINT_TEXT
                            "Fatal Python error: _PyMem_DebugRaw%f: bad ID: Allocated using API '%m', "
                            "verified using API '%v'\n");
      }
    }
  }
}

static void number(unsigned char *block, size_t bytes) {
  for (size_t i = 0; i < bytes; i++) {
    block[i] = (unsigned char)i;
  }
  block[bytes + 7] = 0;
}

/* 17 is the shortest that leaves bytes out. */
static void data_is_shown_from_both_ends(void **state) {
  (void)state;
  const struct {
    size_t bytes;
    const char *data;
  } cases[] = {
      {0, ""},
      {1, "    Data at p: 00\n"},
      {8, "    Data at p: 00 01 02 03 04 05 06 07\n"},
      {9, "    Data at p: 00 01 02 03 04 05 06 07 08\n"},
      {16, "    Data at p: 00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f\n"},
      {17, "    Data at p: 00 01 02 03 04 05 06 07 ... 09 0a 0b 0c 0d 0e 0f 10\n"},
      {200, "    Data at p: 00 01 02 03 04 05 06 07 ... c0 c1 c2 c3 c4 c5 c6 c7\n"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct misuse misuse = {&families[1], &families[1], cases[i].bytes, number, false};
    char template[2048];
    snprintf(template, sizeof template,
             "Debug memory block at address p=%%1: API '%%m'\n"
             "    %zu bytes originally requested\n" LEAD_GOOD
             "    The 8 pad bytes at tail=%%2 are not all FORBIDDENBYTE (0xfd):\n"
             "        at tail+0: 0xfd\n"
             "        at tail+1: 0xfd\n"
             "        at tail+2: 0xfd\n"
             "        at tail+3: 0xfd\n"
             "        at tail+4: 0xfd\n"
             "        at tail+5: 0xfd\n"
             "        at tail+6: 0xfd\n"
             "        at tail+7: 0x00 *** OUCH\n%s\n%s"
             "Fatal Python error: _PyMem_DebugRawFree: bad trailing pad byte\n",
             cases[i].bytes, cases[i].data, HINT);
    expect_end(&misuse, template);
  }
}

static void damage_everything(unsigned char *block, size_t bytes) {
  block[-8] = '?';
  block[-1] = 0;
  block[bytes] = 0;
}

static void damage_both_pads(unsigned char *block, size_t bytes) {
  block[-1] = 0;
  block[bytes] = 0;
}

static void run_and_keep_last_line(const struct misuse *misuse, const char *expected) {
  struct capture end = capture(run_misuse, (void *)(uintptr_t)misuse);
  assert_int_equal(end.signal, SIGABRT);
  const char *fatal = strstr(end.text, "Fatal");
  assert_non_null(fatal);
  assert_string_equal(fatal, expected);
}

static void the_id_is_checked_first_then_the_lead_then_the_tail(void **state) {
  (void)state;
  struct misuse misuse = {&families[0], &families[0], 5, damage_everything, false};
  run_and_keep_last_line(&misuse, "Fatal Python error: _PyMem_DebugRawFree: bad ID: Allocated using API '?', verified "
                                  "using API 'r'\nPython runtime state: unknown\n\n");
  misuse.damage = damage_both_pads;
  run_and_keep_last_line(
      &misuse, "Fatal Python error: _PyMem_DebugRawFree: bad leading pad byte\nPython runtime state: unknown\n\n");
}

static int damaged_byte;

static void damage_one(unsigned char *block, size_t bytes) {
  (void)bytes;
  block[damaged_byte] ^= 1;
}

static void each_byte_of_padding_is_checked(void **state) {
  (void)state;
  struct misuse misuse = {&families[0], &families[0], 5, damage_one, false};
  for (damaged_byte = -7; damaged_byte < 5 + 8; damaged_byte++) {
    struct capture end = capture(run_misuse, &misuse);
    bool is_data = damaged_byte >= 0 && damaged_byte < 5;
    assert_int_equal(end.signal, is_data ? 0 : SIGABRT);
    const char *said = damaged_byte < 0 ? "bad leading pad byte" : "bad trailing pad byte";
    assert_int_equal(strstr(end.text, said) != NULL, !is_data);
  }
}

/* ---- The GIL ------------------------------------------------------------------------------------------------------------- */

static int gil;
static int gil_checks;

static int check_gil(void) {
  gil_checks++;
  return gil;
}

struct gil_call {
  const struct family *family;
  int function;
};

static void call_without_gil(void *argument) {
  const struct gil_call *call = argument;
  PyMem_SetupDebugHooks();
  panamem_set_gil_check(check_gil);
  gil = 0;
  switch (call->function) {
  case 0:
    call->family->malloc(10);
    break;
  case 1:
    call->family->calloc(1, 10);
    break;
  case 2:
    call->family->realloc(NULL, 10);
    break;
  default:
    call->family->free(NULL);
  }
}

static void the_gil_is_wanted_by_mem_and_object_calls_only(void **state) {
  (void)state;
  const char *const names[] = {"Malloc", "Calloc", "Realloc", "Free"};
  FOR_EACH_FAMILY(f) {
    for (int function = 0; function < 4; function++) {
      struct gil_call call = {f, function};
      struct capture end = capture(call_without_gil, &call);
      if (f->domain == PYMEM_DOMAIN_RAW) {
        assert_string_equal(end.text, "");
        assert_int_equal(end.signal, 0);
        continue;
      }
      char expected[256];
      snprintf(expected, sizeof expected,
               "Fatal Python error: _PyMem_Debug%s: Python memory allocator called without holding the GIL\n%s",
               names[function], UNKNOWN);
      assert_string_equal(end.text, expected);
      assert_int_equal(end.signal, SIGABRT);
    }
  }
}

static void call_with_gil(void *argument) {
  (void)argument;
  PyMem_SetupDebugHooks();
  panamem_set_gil_check(check_gil);
  gil = 1;
  gil_checks = 0;
  PyMem_RawFree(PyMem_RawMalloc(1));
  assert_int_equal(gil_checks, 0);
  PyMem_Free(PyMem_Realloc(PyMem_Malloc(1), 2));
  assert_int_equal(gil_checks, 3);
  PyObject_Free(PyObject_Calloc(1, 2));
  assert_int_equal(gil_checks, 5);
  panamem_set_gil_check(NULL);
  gil = 0;
  PyMem_Free(PyMem_Malloc(1)); /* nobody can tell */
  assert_int_equal(gil_checks, 5);
}

static void whoever_holds_the_gil_passes(void **state) {
  (void)state;
  struct capture end = capture(call_with_gil, NULL);
  assert_string_equal(end.text, "");
  assert_int_equal(end.signal, 0);
  assert_int_equal(end.status, 0);
}

static void release_both(void *argument) {
  (void)argument;
  PyMem_SetupDebugHooks();
  shared->block = PyMem_Malloc(16);
  shared->block[16] = 'x';
  panamem_set_gil_check(check_gil);
  gil = 0;
  PyMem_Free(shared->block);
}

/* No dump of the block: the GIL comes first. */
static void the_gil_is_checked_before_the_block(void **state) {
  (void)state;
  struct capture end = capture(release_both, NULL);
  assert_string_equal(end.text, "Fatal Python error: _PyMem_DebugFree: Python memory allocator called without holding "
                                "the GIL\nPython runtime state: unknown\n\n");
}

int main(void) {
  shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(an_overflow_by_one_byte),
      cmocka_unit_test(an_underflow),
      cmocka_unit_test(a_block_of_another_domain),
      cmocka_unit_test(data_is_shown_from_both_ends),
      cmocka_unit_test(the_id_is_checked_first_then_the_lead_then_the_tail),
      cmocka_unit_test(each_byte_of_padding_is_checked),
      cmocka_unit_test(the_gil_is_wanted_by_mem_and_object_calls_only),
      cmocka_unit_test(whoever_holds_the_gil_passes),
      cmocka_unit_test(the_gil_is_checked_before_the_block),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
