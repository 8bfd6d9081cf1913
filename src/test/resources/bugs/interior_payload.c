/* SPDX-License-Identifier: Apache-2.0
 *
 * The payload behind a small header is freed instead of the header.
 *
 * CPython: half a dump of what is no block, then SIGSEGV
 * Panamem: interior pointer here drop allocated make
 * Guard: interior pointer here drop allocated make
 */
#include "bug.h"

struct message {
  size_t length;
  char text[24];
};

SITE struct message *make(void) {
  struct message *message = PyMem_Malloc(sizeof *message);
  message->length = 0;
  return message;
}

SITE void drop(char *text) {
  PyMem_Free(text);
  __asm__("");
}

BUG(interior_payload) {
  drop(make()->text);
}
