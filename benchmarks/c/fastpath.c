/* SPDX-License-Identifier: Apache-2.0
 *
 * panamem-bench-fastpath LOOP COUNT: a fixed loop through our functions, whose instructions callgrind counts. The blocks
 * of all loops fit into magazines, so that from the second turn on only the fast path runs; Java is not needed for it.
 */
#include <panamem/pymem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BATCH 16

static void raw_pair(void) {
  PyMem_RawFree(PyMem_RawMalloc(64));
}

static void object_pair(void) {
  PyObject_Free(PyObject_Malloc(64));
}

/* A size beyond the 16-byte steps: another way to the size class. */
static void raw_pair_4k(void) {
  PyMem_RawFree(PyMem_RawMalloc(4096));
}

/* A block of whole pages, off a shelf and back. */
static void raw_pair_64k(void) {
  PyMem_RawFree(PyMem_RawMalloc(65536));
}

static void object_calloc(void) {
  PyObject_Free(PyObject_Calloc(4, 16));
}

/* Stays in its block, as most reallocs of small blocks do. */
static void object_realloc_in_place(void) {
  PyObject_Free(PyObject_Realloc(PyObject_Malloc(50), 60));
}

static void object_realloc_moves(void) {
  PyObject_Free(PyObject_Realloc(PyObject_Malloc(64), 128));
}

static void object_batch(void) {
  void *blocks[BATCH];
  for (size_t i = 0; i < BATCH; i++) {
    blocks[i] = PyObject_Malloc(64);
  }
  for (size_t i = 0; i < BATCH; i++) {
    PyObject_Free(blocks[i]);
  }
}

static const struct {
  const char *name;
  void (*turn)(void);
} loops[] = {
    {"raw-pair", raw_pair},
    {"raw-pair-4k", raw_pair_4k},
    {"raw-pair-64k", raw_pair_64k},
    {"object-pair", object_pair},
    {"object-calloc", object_calloc},
    {"object-realloc-in-place", object_realloc_in_place},
    {"object-realloc-moves", object_realloc_moves},
    {"object-batch-16", object_batch},
};

int main(int argc, char **argv) {
  for (size_t i = 0; argc == 3 && i < sizeof loops / sizeof loops[0]; i++) {
    if (strcmp(argv[1], loops[i].name) == 0) {
      for (long count = strtol(argv[2], NULL, 10); count > 0; count--) {
        loops[i].turn();
      }
      return 0;
    }
  }
  fputs("usage: panamem-bench-fastpath LOOP COUNT\n", stderr);
  return 2;
}
