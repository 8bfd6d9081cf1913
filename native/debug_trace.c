/* SPDX-License-Identifier: Apache-2.0
 *
 * Asks CPython's tracemalloc through its exported functions; without a CPython nothing traces.
 */
#include "debug_trace.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cpython.h"
#include "debug_gil.h"

#define DOMAIN_OF_BLOCKS 0
#define DOMAIN_OF_NOBODY 0x50616e61u
#define NOT_TRACING (-2)
#define FILE_NAME_CHARS 500 /* longer names end in "..." */
#define VERSION_3_12 0x030C0000
#define VERSION_3_14 0x030E0000

static void put(const char *text) {
  ssize_t written = write(STDERR_FILENO, text, strlen(text));
  (void)written;
}

/* Untracking a block that nobody has only tells whether tracemalloc runs. 3.12 and 3.13 wait for the GIL in it. */
static bool is_tracing(const struct panamem_cpython *cpython) {
  bool waits = cpython->version >= VERSION_3_12 && cpython->version < VERSION_3_14;
  if (cpython->untrack == NULL || (waits && !panamem_debug_gil_held())) {
    return false;
  }
  return cpython->untrack(DOMAIN_OF_NOBODY, 0) != NOT_TRACING;
}

static void put_char(uint32_t code) {
  char text[16];
  if (code >= ' ' && code <= '~') {
    snprintf(text, sizeof text, "%c", (int)code);
  } else {
    snprintf(text, sizeof text, code <= 0xff ? "\\x%02x" : code <= 0xffff ? "\\u%04x" : "\\U%08x", (unsigned)code);
  }
  put(text);
}

static void put_frame(const struct panamem_cpython *cpython, struct _object *frame) {
  struct _object *file = cpython->tuple_item(frame, 0);
  ptrdiff_t chars = cpython->text_length(file);
  put("  File \"");
  for (ptrdiff_t i = 0; i < chars && i < FILE_NAME_CHARS; i++) {
    put_char(cpython->text_char(file, i));
  }
  char end[64];
  snprintf(end, sizeof end, "%s\", line %ld\n", chars > FILE_NAME_CHARS ? "..." : "",
           cpython->as_long(cpython->tuple_item(frame, 1)));
  put(end);
}

void panamem_debug_print_trace(uintptr_t block) {
  const struct panamem_cpython *cpython = panamem_cpython();
  if (cpython->version == 0 || !is_tracing(cpython)) {
    put("Enable tracemalloc to get the memory block allocation traceback\n\n");
    return;
  }
  if (cpython->traceback == NULL || !panamem_debug_gil_held()) {
    return;
  }
  struct _object *frames = cpython->traceback(DOMAIN_OF_BLOCKS, block);
  if (frames == NULL || frames == cpython->none) {
    return;
  }
  put("Memory block allocated at (most recent call first):\n");
  for (ptrdiff_t i = 0; i < cpython->tuple_size(frames); i++) {
    put_frame(cpython, cpython->tuple_item(frames, i));
  }
  put("\n");
}
