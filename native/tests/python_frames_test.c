/* SPDX-License-Identifier: Apache-2.0
 *
 * Frames of a CPython that this program plays: structures as each version lays them out. Each case runs in a child, because
 * a CPython is looked up only once. Real CPythons: src/test/…/bugs.
 */
#include "cmocka_all.h"

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../python_frames.h"
#include "capture.h"

#define EXPORT __attribute__((visibility("default")))
#define WORDS 80

/* ---- The fake CPython -------------------------------------------------------------------------------------------------- */

struct _object {
  const char *text;
};

static char thread_state[512], c_frame[64], frames[4][128], codes[3][512], interpreter[64], copy[512];
static struct copies {
  ptrdiff_t count;
  const char *entries[3];
} copies[2];
static bool is_attached;
static int initialized = 1;
static struct _object files[] = {{"/a/b.py"}, {"c.py"}}, functions[] = {{"f"}, {"K.g"}};

EXPORT unsigned long Py_Version;
EXPORT uint64_t _PyRuntime[WORDS];
EXPORT int PyCode_Type;
EXPORT int not_code;

EXPORT void *_PyThreadState_UncheckedGet(void) {
  return is_attached ? thread_state : NULL;
}

EXPORT int Py_IsInitialized(void) {
  return initialized;
}

EXPORT ptrdiff_t PyUnicode_GetLength(struct _object *object) {
  return (ptrdiff_t)strlen(object->text);
}

EXPORT uint32_t PyUnicode_ReadChar(struct _object *object, ptrdiff_t index) {
  return (uint8_t)object->text[index];
}

#define OFFSET_OF_NO_LINE 300

EXPORT int PyCode_Addr2Line(const void *code, int offset) {
  (void)code;
  return offset == OFFSET_OF_NO_LINE ? -1 : 1000 + offset;
}

/* ---- Its versions ------------------------------------------------------------------------------------------------------ */

struct version {
  unsigned long number;
  size_t thread_frame, c_frame_frame, thread_id, previous, code, instruction, owner, file, function, instructions;
  size_t object_type;
  bool is_free_threaded;
};

#define NONE SIZE_MAX

/* From 3.14 on another layout than any real one: it is exported. */
static const struct version versions[] = {
    {0x030B07F0, 56, 8, 152, 48, 32, 56, 69, 112, 128, 184, 8, false},
    {0x030C01F0, 56, 0, NONE, 8, 0, 56, 70, 112, 128, 192, 8, false},
    {0x030D00F0, 72, NONE, NONE, 8, 0, 56, 70, 112, 128, 200, 8, false},
    {0x030E03F0, 80, NONE, NONE, 16, 8, 64, 74, 120, 136, 208, 8, false},
    {0x030F00C1, 88, NONE, NONE, 24, 16, 72, 82, 128, 144, 216, 8, false},
    {0x030E03F0, 96, NONE, NONE, 8, 0, 56, 78, 136, 152, 232, 24, true},
};

enum { V_3_11, V_3_12, V_3_13, V_3_14, V_3_15, V_3_14_FREE_THREADED };

/* Where only free-threaded builds look. */
enum { THREAD_INTERPRETER = 16, INTERPRETER_ID = 8, CODES_FREED = 40, FRAME_COPY = 72, CODE_COPIES = 224 };

static const struct version *version;

static unsigned minor(void) {
  return version->number >> 16 & 0xff;
}

static void put(char *structure, size_t offset, const void *pointer) {
  memcpy(structure + offset, &pointer, sizeof pointer);
}

/* The words of _Py_DebugOffsets: the structs have more of them from version to version. */
static void export_offsets(void) {
  uint64_t *of_interpreter = _PyRuntime + 6;
  uint64_t *thread = of_interpreter + (minor() == 13 ? 13 : 16);
  uint64_t *frame = thread + (minor() < 15 ? 9 : 17);
  uint64_t *code = frame + (minor() == 13 ? 6 : 8);
  uint64_t *object = code + (minor() == 13 ? 10 : 11);
  memcpy(_PyRuntime, "xdebugpy", 8);
  _PyRuntime[1] = version->number;
  _PyRuntime[2] = version->is_free_threaded;
  of_interpreter[1] = INTERPRETER_ID;
  if (minor() > 13) {
    of_interpreter[14] = CODES_FREED;
    frame[7] = FRAME_COPY;
    code[10] = CODE_COPIES;
  }
  thread[3] = THREAD_INTERPRETER;
  thread[4] = version->thread_frame;
  frame[1] = version->previous;
  frame[2] = version->code;
  frame[3] = version->instruction;
  frame[5] = version->owner;
  code[1] = version->file;
  code[3] = version->function;
  code[9] = version->instructions;
  object[1] = version->object_type;
}

static void make_code(int i) {
  put(codes[i], version->object_type, i < 2 ? &PyCode_Type : &not_code);
  put(codes[i], version->file, &files[i % 2]);
  put(codes[i], version->function, &functions[i % 2]);
}

/* The first code object runs its third copy, the second its own instructions. */
static void make_copies(void) {
  for (int i = 0; i < 2; i++) {
    copies[i] = (struct copies){i == 0 ? 3 : 1, {codes[i] + version->instructions, NULL, copy}};
    put(codes[i], CODE_COPIES, &copies[i]);
  }
  put(frames[0], version->instruction, copy + 6);
  memcpy(frames[0] + FRAME_COPY, &(int32_t){2}, sizeof(int32_t));
  put(thread_state, THREAD_INTERPRETER, interpreter);
}

static void make_frame(int i, int code, int instruction_offset, char owner, char *previous) {
  put(frames[i], version->code, codes[code]);
  put(frames[i], version->previous, previous);
  put(frames[i], version->instruction, codes[code] + version->instructions + instruction_offset);
  frames[i][version->owner] = owner;
}

/* f at 6, called by what is no Python function, called by what has no code, called by K.g at 40. */
static void play(const struct version *played) {
  version = played;
  Py_Version = version->number;
  is_attached = true;
  if (version->number >= 0x030D0000) {
    export_offsets();
  }
  for (int i = 0; i < 3; i++) {
    make_code(i);
  }
  make_frame(0, 0, 6, 0, frames[1]);
  make_frame(1, 0, 8, version->number < 0x030C0000 ? 0 : 3, frames[2]);
  make_frame(2, 2, 2, 0, frames[3]);
  make_frame(3, 1, 40, 1, NULL);
  if (version->number < 0x030C0000) { /* it has no frames of owner 3 */
    put(frames[1], version->code, codes[2]);
  }
  if (version->is_free_threaded) {
    make_copies();
  }
  put(thread_state, version->thread_frame, version->c_frame_frame == NONE ? frames[0] : c_frame);
  if (version->c_frame_frame != NONE) {
    put(c_frame, version->c_frame_frame, frames[0]);
  }
  if (version->thread_id != NONE) {
    put(thread_state, version->thread_id, (void *)pthread_self());
  }
  panamem_python_frames_prepare();
}

/* ---- Cases ------------------------------------------------------------------------------------------------------------- */

static void read_both(void *played) {
  struct panamem_python_frame found[8];
  struct panamem_python_place place;
  play(played);
  REQUIRE(panamem_python_frames(found, 8) == 2);
  panamem_python_place(&found[0], &place);
  REQUIRE(strcmp(place.file, "/a/b.py") == 0);
  REQUIRE(strcmp(place.function, "f") == 0);
  REQUIRE(place.line == 1006);
  panamem_python_place(&found[1], &place);
  REQUIRE(strcmp(place.file, "c.py") == 0);
  REQUIRE(strcmp(place.function, "K.g") == 0);
  REQUIRE(place.line == 1040);
  REQUIRE(panamem_python_frames(found, 1) == 1);
  REQUIRE(panamem_python_instruction() == (version->is_free_threaded ? 0 : found[0].instruction));
  REQUIRE((found[0].serial != 0) == version->is_free_threaded);
  is_attached = false;
  REQUIRE(panamem_python_frames(found, 8) == 0);
  REQUIRE(panamem_python_instruction() == 0);
}

#define EACH_VERSION(v) for (size_t v = 0; v < sizeof versions / sizeof versions[0]; v++)

static void expect_end_well(void (*run)(void *), const struct version *played) {
  struct capture end = capture(run, (void *)(uintptr_t)played);
  assert_string_equal(end.text, "");
  assert_int_equal(end.signal, 0);
  assert_int_equal(end.status, 0);
}

static void each_version_is_read_by_its_layout(void **state) {
  (void)state;
  EACH_VERSION(v) {
    expect_end_well(read_both, &versions[v]);
  }
}

static void read_as_another_thread(void *played) {
  struct panamem_python_frame found[8];
  play(played);
  put(thread_state, version->thread_id, (void *)1);
  REQUIRE(panamem_python_frames(found, 8) == 0);
  REQUIRE(panamem_python_instruction() == 0);
}

static void in_3_11_the_thread_state_may_be_another_threads(void **state) {
  (void)state;
  expect_end_well(read_as_another_thread, &versions[V_3_11]);
}

static void read_borrowed(void *played) {
  struct panamem_python_frame found[8];
  play(played);
  put(frames[0], version->code, codes[0] + 1);
  REQUIRE(panamem_python_frames(found, 8) == 2);
  REQUIRE(found[0].code == codes[0]);
}

static void in_3_14_references_may_be_marked(void **state) {
  (void)state;
  expect_end_well(read_borrowed, &versions[V_3_14]);
}

static void read_nothing(void *played) {
  struct panamem_python_frame found[8];
  play(played);
  REQUIRE(panamem_python_frames(found, 8) == 0);
  REQUIRE(panamem_python_instruction() == 0);
}

static void read_of_another_patch(void *played) {
  struct panamem_python_frame found[8];
  struct version other = *(const struct version *)played;
  version = &other;
  export_offsets();
  _PyRuntime[1]++;
  Py_Version = other.number;
  is_attached = true;
  panamem_python_frames_prepare();
  REQUIRE(panamem_python_frames(found, 8) == 0);
}

static void expect_left_alone(const struct version *like, unsigned long number, bool is_free_threaded) {
  struct version unknown = *like;
  unknown.number = number;
  unknown.is_free_threaded = is_free_threaded;
  expect_end_well(read_nothing, &unknown);
}

static void what_is_not_known_is_left_alone(void **state) {
  (void)state;
  expect_left_alone(&versions[V_3_15], 0x031000F0, false);
  expect_left_alone(&versions[V_3_12], 0x030A00F0, false);
  expect_left_alone(&versions[V_3_15], 0x030F00B4, false); /* a beta */
  expect_left_alone(&versions[V_3_13], 0x030D00F0, true);
  expect_left_alone(&versions[V_3_15], 0x030F00F0, true);
  expect_end_well(read_of_another_patch, &versions[V_3_13]);
}

/* ---- Free-threaded ----------------------------------------------------------------------------------------------------- */

static void read_other_lives(void *played) {
  struct panamem_python_frame first[8], later[8], elsewhere[8];
  play(played);
  panamem_python_frames(first, 8);
  REQUIRE(first[0].instruction == (uintptr_t)codes[0] + version->instructions + 6);
  interpreter[CODES_FREED]++;
  panamem_python_frames(later, 8);
  REQUIRE(later[0].instruction == first[0].instruction);
  REQUIRE(later[0].serial != first[0].serial);
  interpreter[INTERPRETER_ID]++;
  panamem_python_frames(elsewhere, 8);
  REQUIRE(elsewhere[0].serial != first[0].serial && elsewhere[0].serial != later[0].serial);
}

static void a_code_object_that_may_be_another_has_another_serial(void **state) {
  (void)state;
  expect_end_well(read_other_lives, &versions[V_3_14_FREE_THREADED]);
}

static void read_number_of_no_copy(void *played) {
  static const int32_t of_none[] = {-1, 1, 3};
  struct panamem_python_frame found[8];
  play(played);
  for (int i = 0; i < 3; i++) {
    memcpy(frames[0] + FRAME_COPY, &of_none[i], sizeof of_none[i]);
    REQUIRE(panamem_python_frames(found, 8) == 1);
    REQUIRE(found[0].code == codes[1]);
  }
}

static void a_frame_without_its_copy_is_passed_over(void **state) {
  (void)state;
  expect_end_well(read_number_of_no_copy, &versions[V_3_14_FREE_THREADED]);
}

/* ---- Ends and texts ---------------------------------------------------------------------------------------------------- */

static void end_the_interpreter(void *played) {
  REQUIRE(!panamem_python_is_finalized());
  play(played);
  initialized = 0;
  REQUIRE(!panamem_python_is_finalized());
  is_attached = false;
  REQUIRE(panamem_python_is_finalized());
  initialized = 1;
  REQUIRE(!panamem_python_is_finalized());
}

static void before_it_was_there_it_is_not_finalized(void *played) {
  version = played;
  Py_Version = version->number;
  initialized = 0;
  REQUIRE(!panamem_python_is_finalized());
}

static void an_interpreter_that_was_here_and_is_gone(void **state) {
  (void)state;
  EACH_VERSION(v) {
    expect_end_well(end_the_interpreter, &versions[v]);
    expect_end_well(before_it_was_there_it_is_not_finalized, &versions[v]);
  }
}

static void read_long_names(void *played) {
  static char long_name[2000];
  struct panamem_python_frame found[8];
  struct panamem_python_place place;
  memset(long_name, 'n', sizeof long_name - 1);
  memcpy(long_name, "\xe9\n\"", 3);
  files[0].text = functions[0].text = long_name;
  play(played);
  panamem_python_frames(found, 8);
  panamem_python_place(&found[0], &place);
  REQUIRE(strncmp(place.file, "\\xe9\\x0a\"nnn", 12) == 0);
  REQUIRE(strlen(place.file) < sizeof place.file && strlen(place.file) > sizeof place.file - 20);
  REQUIRE(strcmp(place.file + strlen(place.file) - 4, "n...") == 0);
  REQUIRE(strcmp(place.function + strlen(place.function) - 4, "n...") == 0);
}

static void long_and_strange_names(void **state) {
  (void)state;
  expect_end_well(read_long_names, &versions[V_3_12]);
}

static void read_no_line(void *played) {
  struct panamem_python_frame found[8];
  struct panamem_python_place place;
  play(played);
  put(frames[0], version->instruction, codes[0] + version->instructions + OFFSET_OF_NO_LINE);
  panamem_python_frames(found, 8);
  panamem_python_place(&found[0], &place);
  REQUIRE(place.line == 0);
}

static void an_instruction_of_no_line(void **state) {
  (void)state;
  expect_end_well(read_no_line, &versions[V_3_14]);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_version_is_read_by_its_layout),
      cmocka_unit_test(in_3_11_the_thread_state_may_be_another_threads),
      cmocka_unit_test(in_3_14_references_may_be_marked),
      cmocka_unit_test(what_is_not_known_is_left_alone),
      cmocka_unit_test(a_code_object_that_may_be_another_has_another_serial),
      cmocka_unit_test(a_frame_without_its_copy_is_passed_over),
      cmocka_unit_test(an_interpreter_that_was_here_and_is_gone),
      cmocka_unit_test(long_and_strange_names),
      cmocka_unit_test(an_instruction_of_no_line),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
