/* SPDX-License-Identifier: Apache-2.0
 *
 * An element in the middle of a large array is freed as if it were a block.
 *
 * CPython: "bad ID: Allocated using API '?', verified using API 'm'"
 * Panamem: interior pointer here drop allocated make
 * Guard: interior pointer here drop allocated make
 */
#include "bug.h"

struct row {
  long columns[16];
};

SITE struct row *make(size_t count) {
  struct row *rows = PyMem_Calloc(count, sizeof *rows);
  __asm__("");
  return rows;
}

SITE void drop(struct row *row) {
  PyMem_Free(row);
  __asm__("");
}

BUG(interior_of_array) {
  drop(&make(5000)[2500]);
}
