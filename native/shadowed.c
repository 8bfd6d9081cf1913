/* SPDX-License-Identifier: Apache-2.0
 *
 * Whose definition a call reaches is the loader's decision: it takes the first in its order, the program before the
 * preloaded libraries, and is not asked at all by code that was bound to its own definition when it was linked.
 */
#include "shadowed.h"

#include <dlfcn.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cpython.h"
#include "domain.h"
#include "imports.h"
#include "previous.h"

#define NEEDED "symbol mode needs a libpython whose PyMem calls can be interposed; "
#define ADVICE ": run without --symbols"

static const char *const functions[] = {
    "PyMem_RawMalloc", "PyMem_RawCalloc", "PyMem_RawRealloc", "PyMem_RawFree", "PyMem_Malloc",    "PyMem_Calloc",
    "PyMem_Realloc",   "PyMem_Free",      "PyObject_Malloc",  "PyObject_Calloc", "PyObject_Realloc", "PyObject_Free",
};

/* ---- Which library holds an address ------------------------------------------------------------------------------------- */

static const void *image_of(const void *address) {
  Dl_info info;
  return address != NULL && dladdr(address, &info) != 0 ? info.dli_fbase : NULL;
}

static bool is_our_own(const void *address) {
  return image_of(address) == image_of((const void *)panamem_shadowed_find);
}

/* The file, whole also for the program, which the loader knows by no name. */
static void file_of(const void *address, char *path, size_t path_bytes) {
  Dl_info info;
  struct link_map *map = NULL;
  path[0] = '\0';
  if (dladdr1(address, &info, (void **)&map, RTLD_DL_LINKMAP) == 0) {
    return;
  }
  if (map != NULL && map->l_name[0] == '\0') {
    ssize_t length = readlink("/proc/self/exe", path, path_bytes - 1);
    path[length < 0 ? 0 : length] = '\0';
  } else {
    snprintf(path, path_bytes, "%s", info.dli_fname);
  }
}

/* ---- Its functions ------------------------------------------------------------------------------------------------------- */

static bool find(void *library, const char *name, void *function) {
  void *address = dlsym(library, name);
  memcpy(function, &address, sizeof address);
  return address != NULL;
}

static bool find_functions(void *library, struct panamem_shadowed *python) {
  find(library, "_PyMem_Strdup", &python->copy_string);
  python->image = image_of(dlsym(library, "Py_Version"));
  return find(library, "PyMem_GetAllocator", &python->get_allocator) &&
         find(library, "PyMem_SetAllocator", &python->set_allocator) &&
         find(library, "PyObject_GetArenaAllocator", &python->get_arena_allocator) &&
         find(library, "PyObject_SetArenaAllocator", &python->set_arena_allocator) &&
         find(library, "_PyMem_GetCurrentAllocatorName", &python->allocator_name) &&
         find(library, "_PyObject_DebugMallocStats", &python->print_statistics) &&
         image_of((const void *)python->set_allocator) == python->image;
}

bool panamem_shadowed_brings(const struct panamem_shadowed *python, const PyMemAllocatorEx *row) {
  return python->image != NULL && image_of((const void *)row->malloc) == python->image;
}

/* ---- Does it call us? ---------------------------------------------------------------------------------------------------- */

static void *note_malloc(void *ctx, size_t size) {
  *(bool *)ctx = true;
  return malloc(size);
}

/* Within the file that defines PyMem_Malloc, code may be bound to it even where the other files' calls are not. */
static bool calls_ours_from_within(const struct panamem_shadowed *python) {
  bool ours_was_called = false, its_own_was_called = false;
  PyMemAllocatorEx ours, its_own, note = panamem_previous[PYMEM_DOMAIN_MEM];
  if (python->copy_string == NULL) {
    return true;
  }
  panamem_domain_read(PYMEM_DOMAIN_MEM, &ours);
  python->get_allocator(PYMEM_DOMAIN_MEM, &its_own);
  note.malloc = note_malloc;
  note.ctx = &ours_was_called;
  panamem_domain_write(PYMEM_DOMAIN_MEM, &note);
  note.ctx = &its_own_was_called;
  python->set_allocator(PYMEM_DOMAIN_MEM, &note);
  free(python->copy_string(""));
  python->set_allocator(PYMEM_DOMAIN_MEM, &its_own);
  panamem_domain_write(PYMEM_DOMAIN_MEM, &ours);
  return ours_was_called && !its_own_was_called;
}

static const char *bound_function(void *library, const struct panamem_shadowed *python) {
  for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++) {
    if (!panamem_imports_function(library, functions[i])) {
      return functions[i];
    }
  }
  return calls_ours_from_within(python) ? NULL : "PyMem_Malloc";
}

static enum panamem_shadowing judge(const char *path, void *library, struct panamem_shadowed *python, char *reason,
                                    size_t reason_bytes) {
  if (!panamem_cpython_bind(library) || !find_functions(library, python)) {
    snprintf(reason, reason_bytes, NEEDED "%s is none of CPython 3.11 or later" ADVICE, path);
    return PANAMEM_NOT_SHADOWABLE;
  }
  if (panamem_cpython_free_threaded()) {
    snprintf(reason, reason_bytes, NEEDED "%s is free-threaded and must keep its objects itself" ADVICE, path);
    return PANAMEM_NOT_SHADOWABLE;
  }
  const char *bound = bound_function(library, python);
  if (bound != NULL) {
    snprintf(reason, reason_bytes, NEEDED "%s is bound to its own %s" ADVICE, path, bound);
    return PANAMEM_NOT_SHADOWABLE;
  }
  return PANAMEM_SHADOWED;
}

enum panamem_shadowing panamem_shadowed_find(struct panamem_shadowed *python, char *reason, size_t reason_bytes) {
  char path[512];
  const void *first = dlsym(RTLD_DEFAULT, "PyMem_Malloc");
  if (first != NULL && !is_our_own(first)) {
    file_of(first, path, sizeof path);
    snprintf(reason, reason_bytes, NEEDED "%s has its own inside" ADVICE, path);
    return PANAMEM_NOT_SHADOWABLE;
  }
  const void *next = dlsym(RTLD_NEXT, "PyMem_Malloc");
  if (next == NULL) {
    return PANAMEM_NOBODY;
  }
  file_of(next, path, sizeof path);
  void *library = dlopen(path, RTLD_LAZY | RTLD_NOLOAD);
  *python = (struct panamem_shadowed){0};
  return judge(path, library, python, reason, reason_bytes);
}
