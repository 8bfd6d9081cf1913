/* SPDX-License-Identifier: Apache-2.0
 *
 * The last of three parts is left out when there is no memory for it, and nobody is told.
 *
 * CPython: nothing
 * Panamem: wrong result refused make_part
 */
#include "bug.h"

SITE char *make_part(void) {
  char *part = PyMem_Malloc(30);
  __asm__("");
  return part;
}

CALL(shortened_silently) {
  int parts = 0;
  for (int i = 0; i < 3; i++) {
    char *part = make_part();
    parts += part != NULL;
    PyMem_Free(part);
  }
  return parts == 3 ? PANAMEM_RIGHT : PANAMEM_WRONG;
}
