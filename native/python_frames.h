/* SPDX-License-Identifier: Apache-2.0
 *
 * The Python frames of the calling thread, read from CPython's own structures: nothing is called that could allocate.
 */
#ifndef PANAMEM_NATIVE_PYTHON_FRAMES_H
#define PANAMEM_NATIVE_PYTHON_FRAMES_H

#include <stdbool.h>
#include <stdint.h>

#define PANAMEM_PYTHON_FRAMES_MOST 64

struct panamem_python_frame {
  const void *code;      /* a code object; alive while its frame is */
  uintptr_t instruction; /* inside it */
  uint64_t serial;       /* free-threaded: another one for another code object at the same address; else 0 */
};

/* What a frame says, as text. Characters outside of ASCII are written as \xhh, \uhhhh and \Uhhhhhhhh. */
struct panamem_python_place {
  char file[512]; /* longer names end in "..." */
  char function[160];
  int line;
};

/* Finds out where this CPython keeps its frames, if that is known (python_layout.h). Called whenever hooks are made. */
void panamem_python_frames_prepare(void);

/* The innermost frames, at most most; 0 without a CPython, or on a thread without a thread state. Takes no lock. */
uint32_t panamem_python_frames(struct panamem_python_frame *frames, uint32_t most);

/* The instruction of the innermost frame, of whatever frame it is; 0 where there is none, and in free-threaded builds, where
 * only panamem_python_frames tells it. When it is that of a frame that panamem_python_frames has answered, it is that frame's
 * code. Takes no lock. */
uintptr_t panamem_python_instruction(void);

/* Reads the place of a frame that panamem_python_frames has just answered. */
void panamem_python_place(const struct panamem_python_frame *frame, struct panamem_python_place *place);

/* Is the interpreter gone that this function has seen before, and this thread without a thread state? */
bool panamem_python_is_finalized(void);

#endif
