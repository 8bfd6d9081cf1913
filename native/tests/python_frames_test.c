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
#define WORDS 64

/* ---- The fake CPython -------------------------------------------------------------------------------------------------- */

struct _object {
  const char *text;
};

static char thread_state[512], c_frame[64], frames[4][128], codes[3][512];
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

EXPORT int PyCode_Addr2Line(const void *code, int offset) {
  (void)code;
  return 1000 + offset;
}

/* ---- Its versions ------------------------------------------------------------------------------------------------------ */

struct version {
  unsigned long number;
  size_t thread_frame, c_frame_frame, thread_id, previous, code, instruction, owner, file, function, instructions;
};

#define NONE SIZE_MAX

static const struct version versions[] = {
    {0x030B07F0, 56, 8, 152, 48, 32, 56, 69, 112, 128, 184},
    {0x030C01F0, 56, 0, NONE, 8, 0, 56, 70, 112, 128, 192},
    {0x030D00F0, 72, NONE, NONE, 8, 0, 56, 70, 112, 128, 200},
    {0x030E03F0, 80, NONE, NONE, 16, 8, 64, 74, 120, 136, 208}, /* another layout than any real one: it is exported */
};

static const struct version *version;

static void put(char *structure, size_t offset, const void *pointer) {
  memcpy(structure + offset, &pointer, sizeof pointer);
}

/* The words of _Py_DebugOffsets: 3.13 and 3.14 have some in different places. */
static void export_offsets(void) {
  bool is_3_13 = (version->number >> 16 & 0xff) == 13;
  uint64_t *thread = _PyRuntime + 6 + (is_3_13 ? 13 : 16), *frame = thread + 9, *code = frame + (is_3_13 ? 6 : 8);
  memcpy(_PyRuntime, "xdebugpy", 8);
  _PyRuntime[1] = version->number;
  thread[4] = version->thread_frame;
  frame[1] = version->previous;
  frame[2] = version->code;
  frame[3] = version->instruction;
  frame[5] = version->owner;
  code[1] = version->file;
  code[3] = version->function;
  code[9] = version->instructions;
}

static void make_code(int i) {
  put(codes[i], sizeof(void *), i < 2 ? &PyCode_Type : &not_code);
  put(codes[i], version->file, &files[i % 2]);
  put(codes[i], version->function, &functions[i % 2]);
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
  REQUIRE(panamem_python_instruction() == found[0].instruction);
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
  expect_end_well(read_as_another_thread, &versions[0]);
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
  expect_end_well(read_borrowed, &versions[3]);
}

static void read_nothing(void *played) {
  struct panamem_python_frame found[8];
  play(played);
  REQUIRE(panamem_python_frames(found, 8) == 0);
  REQUIRE(panamem_python_instruction() == 0);
}

static void read_free_threaded(void *played) {
  _PyRuntime[2] = 1;
  read_nothing(played);
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

static void what_is_not_known_is_left_alone(void **state) {
  (void)state;
  struct version unknown = versions[3];
  unknown.number = 0x030F00F0;
  expect_end_well(read_nothing, &unknown);
  unknown.number = 0x030A00F0;
  expect_end_well(read_nothing, &unknown);
  expect_end_well(read_free_threaded, &versions[2]);
  expect_end_well(read_of_another_patch, &versions[2]);
}

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
  expect_end_well(read_long_names, &versions[1]);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_version_is_read_by_its_layout),
      cmocka_unit_test(in_3_11_the_thread_state_may_be_another_threads),
      cmocka_unit_test(in_3_14_references_may_be_marked),
      cmocka_unit_test(what_is_not_known_is_left_alone),
      cmocka_unit_test(an_interpreter_that_was_here_and_is_gone),
      cmocka_unit_test(long_and_strange_names),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
