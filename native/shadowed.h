/* SPDX-License-Identifier: Apache-2.0
 *
 * The CPython whose functions ours stand before (symbol mode): whether it really calls ours, and its own functions, which
 * nobody finds by name any more.
 */
#ifndef PANAMEM_NATIVE_SHADOWED_H
#define PANAMEM_NATIVE_SHADOWED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "../include/panamem/pymem.h"

/* They work on a table that CPython's initialisation writes and that no allocation goes through. */
struct panamem_shadowed {
  void (*get_allocator)(PyMemAllocatorDomain domain, PyMemAllocatorEx *allocator);
  void (*set_allocator)(PyMemAllocatorDomain domain, PyMemAllocatorEx *allocator);
  void (*get_arena_allocator)(PyObjectArenaAllocator *allocator);
  void (*set_arena_allocator)(PyObjectArenaAllocator *allocator);
  const char *(*allocator_name)(void);
  int (*print_statistics)(FILE *out);
  char *(*copy_string)(const char *text); /* by PyMem_Malloc; NULL where it is not exported */
  const void *image;                      /* where its library is loaded */
};

enum panamem_shadowing {
  PANAMEM_NOBODY,         /* no library of the process brings PyMem_Malloc but this one */
  PANAMEM_SHADOWED,       /* a CPython does, and calls ours */
  PANAMEM_NOT_SHADOWABLE, /* one does that we cannot stand before */
};

/* Looks at the process before main, while no other thread runs. PANAMEM_SHADOWED fills *python; PANAMEM_NOT_SHADOWABLE puts
 * one line into reason that names the file. Changes the table of ours and of the CPython for a moment. */
enum panamem_shadowing panamem_shadowed_find(struct panamem_shadowed *python, char *reason, size_t reason_bytes);

/* Does the row's malloc stand in the CPython's own code? */
bool panamem_shadowed_brings(const struct panamem_shadowed *python, const PyMemAllocatorEx *row);

#endif
