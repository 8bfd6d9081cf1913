/* SPDX-License-Identifier: Apache-2.0
 *
 * thread state ─► frame ─► previous frame ─► …; a frame has its code object and the instruction that it is at.
 *
 * Source: the headers of CPython 3.11 and 3.12 (pycore_frame.h, cpython/pystate.h, cpython/code.h), and of 3.13 and 3.14
 * (_Py_DebugOffsets, which stands at the beginning of _PyRuntime).
 */
#include "python_frames.h"

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "cpython.h"
#include "fast_path.h"

#define MINOR(version) ((version) >> 16 & 0xff)
#define NO_OFFSET UINT64_MAX
#define ELLIPSIS "..."

/* Offsets in bytes. */
struct layout {
  uint64_t thread_frame;      /* thread state: its frame; up to 3.12 its C frame */
  uint64_t c_frame_frame;     /* C frame: its frame; NO_OFFSET from 3.13 on */
  uint64_t thread_id;         /* thread state: pthread's name of the thread; NO_OFFSET where it need not be asked */
  uint64_t frame_previous;
  uint64_t frame_code;
  uint64_t frame_instruction;
  uint64_t frame_owner;
  uint64_t code_file;
  uint64_t code_function;     /* qualified name */
  uint64_t code_instructions;
};

/* Frames of owner 3 and above belong to no Python function. */
#define OWNER_NO_FUNCTION 3

static const struct layout layout_3_11 = {56, 8, 152, 48, 32, 56, 69, 112, 128, 184};
static const struct layout layout_3_12 = {56, 0, NO_OFFSET, 8, 0, 56, 70, 112, 128, 192};

static struct layout layout;
static void *(*thread_state_here)(void); /* CPython's; NULL until the layout is known */

/* ---- The layout ------------------------------------------------------------------------------------------------------ */

/* _Py_DebugOffsets, as words: a cookie, the version, whether free-threaded, and for each struct its size and offsets. */
enum {
  WORD_COOKIE,
  WORD_VERSION,
  WORD_FREE_THREADED,
  WORD_INTERPRETER = 6, /* behind the runtime's three */
  INTERPRETER_WORDS_3_13 = 13,
  INTERPRETER_WORDS_3_14 = 16,
  THREAD_WORDS = 9,
  THREAD_FRAME = 4,
  FRAME_WORDS_3_13 = 6,
  FRAME_WORDS_3_14 = 8,
  FRAME_PREVIOUS = 1,
  FRAME_CODE = 2,
  FRAME_INSTRUCTION = 3,
  FRAME_OWNER = 5,
  CODE_FILE = 1,
  CODE_FUNCTION = 3,
  CODE_INSTRUCTIONS = 9,
};

static bool read_exported(const uint64_t *words, unsigned long version) {
  bool is_3_13 = MINOR(version) == 13;
  if (memcmp(&words[WORD_COOKIE], "xdebugpy", sizeof words[0]) != 0 || words[WORD_VERSION] != version ||
      words[WORD_FREE_THREADED] != 0) {
    return false;
  }
  const uint64_t *thread = words + WORD_INTERPRETER + (is_3_13 ? INTERPRETER_WORDS_3_13 : INTERPRETER_WORDS_3_14);
  const uint64_t *frame = thread + THREAD_WORDS;
  const uint64_t *code = frame + (is_3_13 ? FRAME_WORDS_3_13 : FRAME_WORDS_3_14);
  layout = (struct layout){
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
  };
  return true;
}

static bool find_layout(const struct panamem_cpython *cpython) {
  if (cpython->version >> 24 != 3 || cpython->thread_state == NULL || cpython->code_type == NULL ||
      cpython->code_line == NULL || cpython->text_char == NULL) {
    return false;
  }
  switch (MINOR(cpython->version)) {
  case 11:
    layout = layout_3_11;
    return true;
  case 12:
    layout = layout_3_12;
    return true;
  case 13:
  case 14:
    return cpython->runtime != NULL && read_exported(cpython->runtime, cpython->version);
  default:
    return false;
  }
}

void panamem_python_frames_prepare(void) {
  const struct panamem_cpython *cpython = panamem_cpython();
  if (__atomic_load_n(&thread_state_here, __ATOMIC_ACQUIRE) == NULL && find_layout(cpython)) {
    __atomic_store_n(&thread_state_here, cpython->thread_state, __ATOMIC_RELEASE);
  }
}

/* ---- Walking --------------------------------------------------------------------------------------------------------- */

static inline const char *pointer_at(const char *structure, uint64_t offset) {
  const char *pointer;
  memcpy(&pointer, structure + offset, sizeof pointer);
  return pointer;
}

/* 3.11 has one thread state for whoever holds the GIL: a thread that does not must leave it alone. */
static inline bool is_own(const char *thread_state) {
  unsigned long owner;
  if (layout.thread_id == NO_OFFSET) {
    return true;
  }
  memcpy(&owner, thread_state + layout.thread_id, sizeof owner);
  return owner == (unsigned long)pthread_self();
}

static inline const char *innermost_frame(void) {
  void *(*ask)(void) = __atomic_load_n(&thread_state_here, __ATOMIC_ACQUIRE);
  const char *thread_state = ask == NULL ? NULL : ask();
  if (thread_state == NULL || !is_own(thread_state)) {
    return NULL;
  }
  const char *frame = pointer_at(thread_state, layout.thread_frame);
  return layout.c_frame_frame == NO_OFFSET || frame == NULL ? frame : pointer_at(frame, layout.c_frame_frame);
}

static NOINLINE uintptr_t instruction_by_layout(void) {
  const char *frame = innermost_frame();
  return frame == NULL ? 0 : (uintptr_t)pointer_at(frame, layout.frame_instruction);
}

/* From 3.13 on there is nothing between thread state and frame. */
uintptr_t panamem_python_instruction(void) {
  void *(*ask)(void) = __atomic_load_n(&thread_state_here, __ATOMIC_ACQUIRE);
  if (UNLIKELY(ask == NULL || layout.c_frame_frame != NO_OFFSET)) {
    return instruction_by_layout();
  }
  const char *thread_state = ask();
  const char *frame = thread_state == NULL ? NULL : pointer_at(thread_state, layout.thread_frame);
  return frame == NULL ? 0 : (uintptr_t)pointer_at(frame, layout.frame_instruction);
}

static bool is_code(const char *object) {
  return object != NULL && pointer_at(object, sizeof(void *)) == panamem_cpython()->code_type;
}

uint32_t panamem_python_frames(struct panamem_python_frame *frames, uint32_t most) {
  uint32_t count = 0;
  for (const char *frame = innermost_frame(); frame != NULL && count < most;
       frame = pointer_at(frame, layout.frame_previous)) {
    const char *tagged = pointer_at(frame, layout.frame_code); /* 3.14 marks borrowed references in the lowest bit */
    const char *code = tagged - ((uintptr_t)tagged & 1);
    if (frame[layout.frame_owner] < OWNER_NO_FUNCTION && is_code(code)) {
      frames[count++] =
          (struct panamem_python_frame){code, (uintptr_t)pointer_at(frame, layout.frame_instruction)};
    }
  }
  return count;
}

/* ---- Places ---------------------------------------------------------------------------------------------------------- */

static int put_char(char *to, size_t room, uint32_t code) {
  if (code >= ' ' && code <= '~' && room > 1) {
    to[0] = (char)code;
    to[1] = '\0';
    return 1;
  }
  return snprintf(to, room, code <= 0xff ? "\\x%02x" : code <= 0xffff ? "\\u%04x" : "\\U%08x", (unsigned)code);
}

static void put_text(char *to, size_t bytes, const char *text) {
  const struct panamem_cpython *cpython = panamem_cpython();
  struct _object *object = (struct _object *)(uintptr_t)text;
  ptrdiff_t chars = text == NULL ? 0 : cpython->text_length(object);
  size_t used = 0;
  to[0] = '\0';
  for (ptrdiff_t i = 0; i < chars; i++) {
    if (used + 16 > bytes) {
      memcpy(to + used, ELLIPSIS, sizeof ELLIPSIS);
      return;
    }
    used += (size_t)put_char(to + used, bytes - used, cpython->text_char(object, i));
  }
}

void panamem_python_place(const struct panamem_python_frame *frame, struct panamem_python_place *place) {
  const char *code = frame->code;
  ptrdiff_t offset = (ptrdiff_t)(frame->instruction - (uintptr_t)code - layout.code_instructions);
  put_text(place->file, sizeof place->file, pointer_at(code, layout.code_file));
  put_text(place->function, sizeof place->function, pointer_at(code, layout.code_function));
  place->line = panamem_cpython()->code_line(code, (int)offset);
}

bool panamem_python_is_finalized(void) {
  static bool was_here;
  const struct panamem_cpython *cpython = panamem_cpython();
  if (cpython->thread_state == NULL || cpython->is_initialized == NULL) {
    return false;
  }
  if (cpython->thread_state() != NULL) {
    __atomic_store_n(&was_here, true, __ATOMIC_RELAXED);
    return false;
  }
  return __atomic_load_n(&was_here, __ATOMIC_RELAXED) && cpython->is_initialized() == 0;
}
