/* SPDX-License-Identifier: Apache-2.0
 *
 * Debug hooks inside a CPython, played by symbols of this program: whose GIL check is asked, whose fatal error ends the
 * process, and what tracemalloc has to say. Each case runs in a child, because a CPython is looked up only once.
 */
#include "cmocka_all.h"

#include <dlfcn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../include/panamem/debug.h"
#include "../cpython.h"
#include "../debug.h"
#include "../debug_gil.h"
#include "../debug_trace.h"
#include "../fatal.h"
#include "../peers.h"
#include "capture.h"

#define EXPORT __attribute__((visibility("default")))
#define NOT_TRACING (-2)

/* ---- The fake CPython -------------------------------------------------------------------------------------------------- */

struct _object {
  const uint32_t *text;
  ptrdiff_t length;
  struct _object **items;
  long number;
};

static bool holds_gil, is_attached, waits_for_gil;
static int tracing;
static const char *version_text;
static struct _object *traceback;
static uintptr_t asked_block;

EXPORT unsigned long Py_Version;
EXPORT struct _object _Py_NoneStruct;

EXPORT int PyGILState_Check(void) {
  return holds_gil;
}

EXPORT void *PyThreadState_GetUnchecked(void) {
  return is_attached ? &is_attached : NULL;
}

EXPORT void _Py_FatalErrorFunc(const char *function, const char *message) {
  fprintf(stderr, "[%s|%s]\n", function, message);
  _Exit(3);
}

EXPORT const char *Py_GetVersion(void) {
  return version_text;
}

EXPORT int PyTraceMalloc_Untrack(unsigned int domain, uintptr_t block) {
  if (domain == 0 || block != 0) {
    fputs("[a real block was untracked]", stderr);
  }
  if (waits_for_gil && !holds_gil) {
    fputs("[would wait]", stderr);
  }
  return tracing ? 0 : NOT_TRACING;
}

EXPORT struct _object *_PyTraceMalloc_GetTraceback(unsigned int domain, uintptr_t block) {
  asked_block = block;
  return domain == 0 ? traceback : NULL;
}

EXPORT ptrdiff_t PyTuple_Size(struct _object *tuple) {
  return tuple->length;
}

EXPORT struct _object *PyTuple_GetItem(struct _object *tuple, ptrdiff_t index) {
  return tuple->items[index];
}

EXPORT ptrdiff_t PyUnicode_GetLength(struct _object *text) {
  return text->length;
}

EXPORT uint32_t PyUnicode_ReadChar(struct _object *text, ptrdiff_t index) {
  return text->text[index];
}

EXPORT long PyLong_AsLong(struct _object *number) {
  return number->number;
}

/* ---- The GIL ------------------------------------------------------------------------------------------------------------- */

struct gil_case {
  unsigned long version;
  const char *text;
  bool holds_gil, is_attached;
};

static void require_gil(void *argument) {
  const struct gil_case *gil_case = argument;
  Py_Version = gil_case->version;
  version_text = gil_case->text;
  holds_gil = gil_case->holds_gil;
  is_attached = gil_case->is_attached;
  PyMemAllocatorEx inner = panamem_libc_row(), row;
  panamem_debug_wrap(PYMEM_DOMAIN_MEM, &inner, &row);
  row.free(row.ctx, NULL);
}

#define NO_GIL "[_PyMem_DebugFree|Python memory allocator called without holding the GIL]\n"
#define NO_STATE                                                                                               \
  "[_PyMem_DebugFree|Python memory allocator called without an active thread state. Are you trying to call it " \
  "inside of a Py_BEGIN_ALLOW_THREADS block?]\n"

static void each_version_is_asked_in_its_own_way(void **state) {
  (void)state;
  const struct {
    struct gil_case gil_case;
    const char *text;
  } cases[] = {
      {{0x030B0BF0, "3.11.11 (main)", true, false}, ""},
      {{0x030B0BF0, "3.11.11 (main)", false, true}, NO_GIL},
      {{0x030D0FF0, "3.13.15 (main)", true, false}, ""},
      {{0x030D0FF0, "3.13.15 (main)", false, true}, NO_GIL},
      {{0x030D0FF0, "3.13.15 experimental free-threading build (main)", false, true}, NO_GIL},
      {{0x030E00F0, "3.14.0 (main)", false, true}, ""},
      {{0x030E00F0, "3.14.0 (main)", true, false}, NO_GIL},
      {{0x030F00F0, "3.15.0 free-threading build (main)", false, true}, ""},
      {{0x030F00F0, "3.15.0 free-threading build (main)", true, false}, NO_STATE},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct capture end = capture(require_gil, (void *)(uintptr_t)&cases[i].gil_case);
    assert_string_equal(capture_after_report(&end), cases[i].text);
    assert_int_equal(end.status, cases[i].text[0] == '\0' ? 0 : 3);
    assert_int_equal(end.signal, 0);
  }
}

static int refuse(void) {
  return 0;
}

static void require_programs_gil(void *argument) {
  (void)argument;
  panamem_set_gil_check(refuse);
  require_gil(&(struct gil_case){0x030E00F0, "3.14.0 (main)", true, true});
}

static void the_programs_own_check_goes_first(void **state) {
  (void)state;
  struct capture end = capture(require_programs_gil, NULL);
  assert_string_equal(capture_after_report(&end), NO_GIL);
}

/* ---- tracemalloc ----------------------------------------------------------------------------------------------------------- */

#define BLOCK 0x1230
#define HINT "Enable tracemalloc to get the memory block allocation traceback\n\n"

static struct _object text_of(const uint32_t *chars) {
  struct _object text = {.text = chars, .length = 0};
  while (chars[text.length] != 0) {
    text.length++;
  }
  return text;
}

struct trace_case {
  unsigned long version;
  bool tracing, holds_gil;
  struct _object *traceback;
};

static void print_trace(void *argument) {
  const struct trace_case *trace_case = argument;
  Py_Version = trace_case->version;
  tracing = trace_case->tracing;
  holds_gil = is_attached = trace_case->holds_gil;
  waits_for_gil = trace_case->version >= 0x030C0000 && trace_case->version < 0x030E0000;
  traceback = trace_case->traceback;
  panamem_debug_gil_prepare();
  panamem_debug_print_trace(BLOCK);
  if (asked_block != 0 && asked_block != BLOCK) {
    fputs("[another block]", stderr);
  }
}

static void tracemalloc_is_asked_for_the_blocks_traceback(void **state) {
  (void)state;
  const uint32_t plain[] = {'a', '"', '/', ' ', '.', 'p', 'y', 0};
  const uint32_t wide[] = {0xe9, 0x7f, '~', '\n', 0x20ac, 0x1f40d, 0};
  struct _object files[] = {text_of(plain), text_of(wide)};
  struct _object lines[] = {{.number = 7}, {.number = 123456}};
  struct _object frames[] = {{.items = (struct _object *[]){&files[0], &lines[0]}, .length = 2},
                             {.items = (struct _object *[]){&files[1], &lines[1]}, .length = 2}};
  struct _object two = {.items = (struct _object *[]){&frames[0], &frames[1]}, .length = 2};
  const char *both = "Memory block allocated at (most recent call first):\n"
                     "  File \"a\"/ .py\", line 7\n"
                     "  File \"\\xe9\\x7f~\\x0a\\u20ac\\U0001f40d\", line 123456\n\n";
  const struct {
    struct trace_case trace_case;
    const char *text;
  } cases[] = {
      {{0x030B00F0, true, true, &two}, both},
      {{0x030D00F0, true, true, &two}, both},
      {{0x030E00F0, true, true, &two}, both},
      {{0x030E00F0, true, true, &_Py_NoneStruct}, ""}, /* not traced */
      {{0x030E00F0, true, true, NULL}, ""},
      {{0x030E00F0, false, true, &two}, HINT},
      {{0x030D00F0, false, true, &two}, HINT},
      {{0x030E00F0, true, false, &two}, ""},   /* objects cannot be read without the GIL */
      {{0x030D00F0, true, false, &two}, HINT}, /* and these versions would wait for it */
      {{0x030E00F0, false, false, &two}, HINT},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    assert_string_equal(capture(print_trace, (void *)(uintptr_t)&cases[i].trace_case).text, cases[i].text);
  }
}

static void long_file_names_end_in_dots(void **state) {
  (void)state;
  static uint32_t name[502];
  for (int i = 0; i < 501; i++) {
    name[i] = 'n';
  }
  struct _object line = {.number = 1};
  for (int chars = 500; chars <= 501; chars++) {
    struct _object file = {.text = name, .length = chars};
    struct _object frame = {.items = (struct _object *[]){&file, &line}, .length = 2};
    struct _object one = {.items = (struct _object *[]){&frame}, .length = 1};
    struct capture end = capture(print_trace, &(struct trace_case){0x030E00F0, true, true, &one});
    assert_non_null(strstr(end.text, chars == 500 ? "nnn\", line 1\n" : "nnn...\", line 1\n"));
    assert_int_equal(strspn(strstr(end.text, "nnn"), "n"), 500);
  }
}

/* ---- Fatal errors -------------------------------------------------------------------------------------------------------- */

static void end_in_cpython(void *argument) {
  (void)argument;
  Py_Version = 0x030E00F0;
  panamem_fatal("function", "message");
}

static void cpython_ends_the_process_itself(void **state) {
  (void)state;
  struct capture end = capture(end_in_cpython, NULL);
  assert_string_equal(end.text, "[function|message]\n");
  assert_int_equal(end.status, 3);
}

static void a_handle_without_cpython_is_refused(void **state) {
  (void)state;
  /* bind looks only where it is told to: libc, seen from RTLD_NEXT, has no Py_Version */
  assert_false(panamem_cpython_bind(RTLD_NEXT));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_version_is_asked_in_its_own_way),
      cmocka_unit_test(the_programs_own_check_goes_first),
      cmocka_unit_test(tracemalloc_is_asked_for_the_blocks_traceback),
      cmocka_unit_test(long_file_names_end_in_dots),
      cmocka_unit_test(cpython_ends_the_process_itself),
      cmocka_unit_test(a_handle_without_cpython_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
