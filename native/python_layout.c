/* SPDX-License-Identifier: Apache-2.0
 *
 * Up to 3.12 the layout of a minor version is known by heart; later ones say it themselves.
 *
 * Source: the headers of CPython 3.11 and 3.12 (pycore_frame.h, cpython/pystate.h, cpython/code.h), and of 3.13 to 3.15
 * (_Py_DebugOffsets, which stands at the beginning of _PyRuntime).
 */
#include "python_layout.h"

#include <stddef.h>
#include <string.h>

#define MINOR(version) ((version) >> 16 & 0xff)
#define RELEASE_LEVEL(version) ((version) >> 4 & 0xf)
#define RELEASE_CANDIDATE 0xc /* earlier ones still change their layout; later ones are final */
#define NO_OFFSET PANAMEM_PYTHON_NO_OFFSET

static const struct panamem_python_layout layout_3_11 = {
    false, 56, 8, 152, 48, 32, 56, 69, 112, 128, 184, 8, .is_free_threaded = false};
static const struct panamem_python_layout layout_3_12 = {
    false, 56, 0, NO_OFFSET, 8, 0, 56, 70, 112, 128, 192, 8, .is_free_threaded = false};

/* _Py_DebugOffsets, as words: a cookie, the version, whether free-threaded, and for each struct its size and offsets. */
enum {
  WORD_COOKIE,
  WORD_VERSION,
  WORD_FREE_THREADED,
  WORD_INTERPRETER = 6, /* behind the runtime's three */
  INTERPRETER_ID = 1,
  INTERPRETER_CODES_FREED = 14,
  THREAD_INTERPRETER = 3,
  THREAD_FRAME = 4,
  FRAME_PREVIOUS = 1,
  FRAME_CODE = 2,
  FRAME_INSTRUCTION = 3,
  FRAME_OWNER = 5,
  FRAME_COPY = 7,
  CODE_FILE = 1,
  CODE_FUNCTION = 3,
  CODE_INSTRUCTIONS = 9,
  CODE_COPIES = 10,
  OBJECT_TYPE = 1,
};

/* How many words each struct has: they stand behind each other. */
struct exported {
  unsigned minor;
  uint8_t interpreter_words, thread_words, frame_words, code_words;
};

static const struct exported all_exported[] = {
    {13, 13, 9, 6, 10},
    {14, 16, 9, 8, 11},
    {15, 16, 16 + 1, 8, 11}, /* between thread and frame stands one word of another struct */
};

static const struct exported *exported_by(unsigned long version) {
  for (size_t i = 0; i < sizeof all_exported / sizeof all_exported[0]; i++) {
    if (all_exported[i].minor == MINOR(version) && RELEASE_LEVEL(version) >= RELEASE_CANDIDATE) {
      return &all_exported[i];
    }
  }
  return NULL;
}

/* 3.13 does not count the code objects that were freed, and what 3.15 does for a line without a GIL is not known. */
static bool knows_free_threaded(unsigned long version) {
  return MINOR(version) == 14;
}

static bool read_exported(const uint64_t *words, unsigned long version, struct panamem_python_layout *layout) {
  const struct exported *exported = exported_by(version);
  if (exported == NULL || memcmp(&words[WORD_COOKIE], "xdebugpy", sizeof words[0]) != 0 ||
      words[WORD_VERSION] != version || (words[WORD_FREE_THREADED] != 0 && !knows_free_threaded(version))) {
    return false;
  }
  const uint64_t *interpreter = words + WORD_INTERPRETER;
  const uint64_t *thread = interpreter + exported->interpreter_words;
  const uint64_t *frame = thread + exported->thread_words;
  const uint64_t *code = frame + exported->frame_words;
  const uint64_t *object = code + exported->code_words;
  *layout = (struct panamem_python_layout){
      .is_direct = words[WORD_FREE_THREADED] == 0,
      .thread_frame = thread[THREAD_FRAME],
      .c_frame_frame = NO_OFFSET,
      .thread_id = NO_OFFSET,
      .frame_previous = frame[FRAME_PREVIOUS],
      .frame_code = frame[FRAME_CODE],
      .frame_instruction = frame[FRAME_INSTRUCTION],
      .frame_owner = frame[FRAME_OWNER],
      .code_file = code[CODE_FILE],
      .code_function = code[CODE_FUNCTION],
      .code_instructions = code[CODE_INSTRUCTIONS],
      .object_type = object[OBJECT_TYPE],
  };
  if (words[WORD_FREE_THREADED] != 0) {
    layout->is_free_threaded = true;
    layout->thread_interpreter = thread[THREAD_INTERPRETER];
    layout->interpreter_id = interpreter[INTERPRETER_ID];
    layout->interpreter_codes_freed = interpreter[INTERPRETER_CODES_FREED];
    layout->frame_copy = frame[FRAME_COPY];
    layout->code_copies = code[CODE_COPIES];
  }
  return true;
}

bool panamem_python_layout_of(const struct panamem_cpython *cpython, struct panamem_python_layout *layout) {
  if (cpython->version >> 24 != 3 || cpython->thread_state == NULL || cpython->code_type == NULL ||
      cpython->code_line == NULL || cpython->text_char == NULL) {
    return false;
  }
  switch (MINOR(cpython->version)) {
  case 11:
    *layout = layout_3_11;
    return true;
  case 12:
    *layout = layout_3_12;
    return true;
  default:
    return cpython->runtime != NULL && MINOR(cpython->version) >= 13 &&
           read_exported(cpython->runtime, cpython->version, layout);
  }
}
