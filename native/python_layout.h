/* SPDX-License-Identifier: Apache-2.0
 *
 * Where a CPython keeps what tells a thread's Python frames.
 */
#ifndef PANAMEM_NATIVE_PYTHON_LAYOUT_H
#define PANAMEM_NATIVE_PYTHON_LAYOUT_H

#include <stdbool.h>
#include <stdint.h>

#include "cpython.h"

#define PANAMEM_PYTHON_NO_OFFSET UINT64_MAX /* there is no such field, or it need not be asked */

/* Offsets in bytes. */
struct panamem_python_layout {
  bool is_direct;             /* the thread state has its frame, and a frame's instruction is the code object's own */
  uint64_t thread_frame;      /* thread state: its frame; up to 3.12 its C frame */
  uint64_t c_frame_frame;     /* C frame: its frame; up to 3.12 */
  uint64_t thread_id;         /* thread state: pthread's name of the thread; 3.11 */
  uint64_t frame_previous;
  uint64_t frame_code;
  uint64_t frame_instruction;
  uint64_t frame_owner;
  uint64_t code_file;
  uint64_t code_function;     /* qualified name */
  uint64_t code_instructions;
  uint64_t object_type;

  /* free-threaded only */
  bool is_free_threaded;
  uint64_t thread_interpreter;
  uint64_t interpreter_id;          /* no two ever have the same */
  uint64_t interpreter_codes_freed; /* so many code objects were */
  uint64_t frame_copy;              /* number of the copy that it runs */
  uint64_t code_copies;
};

/* 3.11 and 3.12 by tables that were read from their headers, 3.13 to 3.15 from the offsets that they export for debuggers. Of the
 * free-threaded builds only 3.14's; no alphas and betas from 3.13 on. False for all others. */
bool panamem_python_layout_of(const struct panamem_cpython *cpython, struct panamem_python_layout *layout);

#endif
