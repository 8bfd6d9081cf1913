/* SPDX-License-Identifier: Apache-2.0
 *
 * The structure is checked, its member is not.
 *
 * CPython: nothing
 * Panamem: crash refused fill
 */
#include "bug.h"

struct text {
  char *letters;
};

SITE void fill(struct text *text) {
  text->letters = PyMem_Malloc(6);
  __asm__("");
}

CALL(unchecked_member) {
  struct text *text = PyObject_Calloc(1, sizeof *text);
  if (text == NULL) {
    return PANAMEM_REFUSED;
  }
  fill(text);
  strcpy(text->letters, "hello");
  PyMem_Free(text->letters);
  PyObject_Free(text);
  return PANAMEM_RIGHT;
}
