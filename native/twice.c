/* SPDX-License-Identifier: Apache-2.0
 *
 * The copies that are loaded are found by their common file name, and asked which of them is active.
 */
#include "twice.h"

#include <dlfcn.h>
#include <link.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "../include/panamem/panamem.h"

/* Exported: a later copy asks this one. */
PANAMEM_API int panamem_copy_is_active(void);

static bool active;

int panamem_copy_is_active(void) {
  return active;
}

#define COPIES_MOST 8

struct search {
  const char *own_name;
  const char *other_names[COPIES_MOST];
  int count;
};

/* Notes names only: dlopen is not called while the loader's list is walked. */
static int look_at(struct dl_phdr_info *info, size_t size, void *argument) {
  (void)size;
  struct search *search = argument;
  const char *base = strrchr(info->dlpi_name, '/');
  base = base == NULL ? info->dlpi_name : base + 1;
  if (strncmp(base, "libpanamem", 10) == 0 && strncmp(base, "libpanamem-core", 15) != 0 &&
      strcmp(info->dlpi_name, search->own_name) != 0) {
    search->other_names[search->count++] = info->dlpi_name;
  }
  return search->count == COPIES_MOST;
}

static bool is_active(const char *name) {
  void *other = dlopen(name, RTLD_NOW | RTLD_NOLOAD);
  int (*copy_is_active)(void) = other == NULL ? NULL : (int (*)(void))dlsym(other, "panamem_copy_is_active");
  return copy_is_active != NULL && copy_is_active();
}

bool panamem_loaded_twice(void) {
  Dl_info own;
  if (dladdr((void *)panamem_loaded_twice, &own) == 0) {
    return false;
  }
  struct search search = {.own_name = own.dli_fname};
  dl_iterate_phdr(look_at, &search);
  for (int i = 0; i < search.count; i++) { /* a copy that serves nothing may stand before one that does */
    if (is_active(search.other_names[i])) {
      fprintf(stderr, "panamem: %s is loaded already; the second copy %s passes its calls to libc\n", search.other_names[i],
              search.own_name);
      return true;
    }
  }
  active = true;
  return false;
}
