/* SPDX-License-Identifier: Apache-2.0
 *
 * thread state ─► frame ─► previous frame ─► …; a frame has its code object and the instruction that it is at.
 *
 * A free-threaded CPython gives each thread a copy of a code object's instructions to run:
 *
 *   frame ─► code object ─► copies: a count, then the copies; the first is the code object's own
 *         ─► number of the copy, and the instruction in it
 *
 * Source: CPython's pycore_frame.h, pycore_interpframe.h, pycore_code.h.
 */
#include "python_frames.h"

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "cpython.h"
#include "fast_path.h"
#include "python_layout.h"

#define NO_OFFSET PANAMEM_PYTHON_NO_OFFSET
#define ELLIPSIS "..."

/* Frames of owner 3 and above belong to no Python function. */
#define OWNER_NO_FUNCTION 3

static struct panamem_python_layout layout;
static void *(*thread_state_here)(void); /* CPython's; NULL until the layout is known */

void panamem_python_frames_prepare(void) {
  const struct panamem_cpython *cpython = panamem_cpython();
  if (__atomic_load_n(&thread_state_here, __ATOMIC_ACQUIRE) == NULL && panamem_python_layout_of(cpython, &layout)) {
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

static inline const char *thread_state_of_caller(void) {
  void *(*ask)(void) = __atomic_load_n(&thread_state_here, __ATOMIC_ACQUIRE);
  const char *thread_state = ask == NULL ? NULL : ask();
  return thread_state == NULL || !is_own(thread_state) ? NULL : thread_state;
}

static inline const char *innermost_frame(const char *thread_state) {
  const char *frame = thread_state == NULL ? NULL : pointer_at(thread_state, layout.thread_frame);
  return layout.c_frame_frame == NO_OFFSET || frame == NULL ? frame : pointer_at(frame, layout.c_frame_frame);
}

static NOINLINE uintptr_t instruction_by_layout(void) {
  const char *frame = layout.is_free_threaded ? NULL : innermost_frame(thread_state_of_caller());
  return frame == NULL ? 0 : (uintptr_t)pointer_at(frame, layout.frame_instruction);
}

uintptr_t panamem_python_instruction(void) {
  void *(*ask)(void) = __atomic_load_n(&thread_state_here, __ATOMIC_ACQUIRE);
  if (UNLIKELY(ask == NULL || !layout.is_direct)) {
    return instruction_by_layout();
  }
  const char *thread_state = ask();
  const char *frame = thread_state == NULL ? NULL : pointer_at(thread_state, layout.thread_frame);
  return frame == NULL ? 0 : (uintptr_t)pointer_at(frame, layout.frame_instruction);
}

static bool is_code(const char *object) {
  return object != NULL && pointer_at(object, layout.object_type) == panamem_cpython()->code_type;
}

/* NULL when the frame is that of no Python function. */
static const char *code_of(const char *frame) {
  const char *tagged = pointer_at(frame, layout.frame_code); /* 3.14 marks borrowed references in the lowest bit */
  const char *code = tagged - ((uintptr_t)tagged & 1);
  return frame[layout.frame_owner] < OWNER_NO_FUNCTION && is_code(code) ? code : NULL;
}

/* The instruction in the code object's own copy, which lives as long as it; 0 when the frame runs none of its copies. The
 * copies are replaced when a thread needs one more, and freed when no thread can see them. */
static uintptr_t own_instruction(const char *frame, const char *code) {
  const char *const *copies = __atomic_load_n((const char *const **)(uintptr_t)(code + layout.code_copies), __ATOMIC_ACQUIRE);
  int32_t number;
  memcpy(&number, frame + layout.frame_copy, sizeof number);
  ptrdiff_t count;
  memcpy(&count, copies, sizeof count);
  const char *copy = number < 0 || number >= count ? NULL : copies[1 + number];
  return copy == NULL ? 0
                      : (uintptr_t)(code + layout.code_instructions) +
                            (uintptr_t)(pointer_at(frame, layout.frame_instruction) - copy);
}

static uintptr_t instruction_of(const char *frame, const char *code) {
  return layout.is_free_threaded ? own_instruction(frame, code) : (uintptr_t)pointer_at(frame, layout.frame_instruction);
}

/* Free-threaded: the code objects' blocks are CPython's own, but it counts those that it frees. */
static uint64_t code_serial(const char *thread_state) {
  if (!layout.is_free_threaded) {
    return 0;
  }
  const char *interpreter = pointer_at(thread_state, layout.thread_interpreter);
  uint64_t id, freed;
  memcpy(&id, interpreter + layout.interpreter_id, sizeof id);
  freed = __atomic_load_n((const uint64_t *)(uintptr_t)(interpreter + layout.interpreter_codes_freed), __ATOMIC_ACQUIRE);
  return (freed + 1) << 16 | (id & 0xffff);
}

uint32_t panamem_python_frames(struct panamem_python_frame *frames, uint32_t most) {
  const char *thread_state = thread_state_of_caller();
  const char *frame = innermost_frame(thread_state);
  uint64_t serial = frame == NULL ? 0 : code_serial(thread_state);
  uint32_t count = 0;
  for (; frame != NULL && count < most; frame = pointer_at(frame, layout.frame_previous)) {
    const char *code = code_of(frame);
    uintptr_t instruction = code == NULL ? 0 : instruction_of(frame, code);
    if (instruction != 0) {
      frames[count++] = (struct panamem_python_frame){code, instruction, serial};
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
  int line = panamem_cpython()->code_line(code, (int)offset);
  place->line = line < 0 ? 0 : line; /* as tracemalloc: some instructions are of no line */
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
