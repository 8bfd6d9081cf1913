/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_cpython.h"

#include "../peers.h"

struct fake_cpython fake_cpython;

static const char *name_of_table; /* of what it holds, by whoever wrote it */
static char code;                 /* a ctx that marks the CPython's own rows */

PyMemAllocatorEx fake_cpython_row(void) {
  PyMemAllocatorEx row = panamem_libc_row();
  row.ctx = &code;
  return row;
}

static void get_allocator(PyMemAllocatorDomain domain, PyMemAllocatorEx *allocator) {
  *allocator = fake_cpython.table[domain];
}

static void set_allocator(PyMemAllocatorDomain domain, PyMemAllocatorEx *allocator) {
  fake_cpython.table[domain] = *allocator;
}

static void get_arena_allocator(PyObjectArenaAllocator *allocator) {
  *allocator = fake_cpython.arena_allocator;
}

static void set_arena_allocator(PyObjectArenaAllocator *allocator) {
  fake_cpython.arena_allocator = *allocator;
}

/* As CPython's: NULL unless all three rows are its own. */
static const char *allocator_name(void) {
  for (int domain = 0; domain < PANAMEM_DOMAINS; domain++) {
    if (fake_cpython.table[domain].ctx != &code) {
      return NULL;
    }
  }
  return name_of_table;
}

static int print_statistics(FILE *out) {
  (void)out;
  return 77;
}

bool panamem_shadowed_brings(const struct panamem_shadowed *python, const PyMemAllocatorEx *row) {
  (void)python;
  return row->ctx == &code;
}

const struct panamem_shadowed fake_cpython_functions = {.get_allocator = get_allocator,
                                                         .set_allocator = set_allocator,
                                                         .get_arena_allocator = get_arena_allocator,
                                                         .set_arena_allocator = set_arena_allocator,
                                                         .allocator_name = allocator_name,
                                                         .print_statistics = print_statistics};

void fake_cpython_chooses(const char *name) {
  for (int domain = 0; domain < PANAMEM_DOMAINS; domain++) {
    fake_cpython.table[domain] = fake_cpython_row();
  }
  name_of_table = name;
}
