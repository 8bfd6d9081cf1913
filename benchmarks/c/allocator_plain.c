/* SPDX-License-Identifier: Apache-2.0
 *
 * Contenders without libpanamem in the process: the process's own malloc, or the pymalloc inside a real libpython.
 */
#include "allocator.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool resolve(void *library, const char *symbol, void *pointer_to_function) {
  void *address = dlsym(library, symbol);
  memcpy(pointer_to_function, &address, sizeof address); /* ISO C has no cast from object to function pointer */
  if (address == NULL) {
    fprintf(stderr, "panamem-bench: libpython has no %s\n", symbol);
  }
  return address != NULL;
}

/* The calling thread holds the GIL from here on, so only single-threaded rows may run on it. */
static bool open_cpython(const char *libpython_path, struct allocator *allocator) {
  if (libpython_path == NULL) {
    fputs("panamem-bench: --allocator cpython needs --libpython PATH\n", stderr);
    return false;
  }
  void *library = dlopen(libpython_path, RTLD_NOW | RTLD_GLOBAL);
  if (library == NULL) {
    fprintf(stderr, "panamem-bench: %s\n", dlerror());
    return false;
  }
  void (*initialize)(int install_signal_handlers);
  if (!resolve(library, "Py_InitializeEx", &initialize) || !resolve(library, "PyObject_Malloc", &allocator->malloc) ||
      !resolve(library, "PyObject_Calloc", &allocator->calloc) ||
      !resolve(library, "PyObject_Realloc", &allocator->realloc) ||
      !resolve(library, "PyObject_Free", &allocator->free)) {
    return false;
  }
  initialize(0);
  return true;
}

bool allocator_open(const struct allocator_choice *choice, struct allocator *allocator) {
  *allocator = (struct allocator){.malloc = malloc, .calloc = calloc, .realloc = realloc, .free = free};
  if (strcmp(choice->name, "direct") == 0) {
    return true;
  }
  if (strcmp(choice->name, "cpython") == 0) {
    return open_cpython(choice->libpython_path, allocator);
  }
  fprintf(stderr, "panamem-bench-plain: --allocator is direct or cpython, not %s\n", choice->name);
  return false;
}

void allocator_read_facts(struct allocator_facts *facts) {
  *facts = (struct allocator_facts){.active = NULL};
}
