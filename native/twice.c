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

struct search {
  const char *own_name;
  const char *other_name;
};

static int look_at(struct dl_phdr_info *info, size_t size, void *argument) {
  (void)size;
  struct search *search = argument;
  const char *base = strrchr(info->dlpi_name, '/');
  base = base == NULL ? info->dlpi_name : base + 1;
  if (strncmp(base, "libpanamem", 10) != 0 || strncmp(base, "libpanamem-core", 15) == 0 ||
      strcmp(info->dlpi_name, search->own_name) == 0) {
    return 0;
  }
  search->other_name = info->dlpi_name;
  return 1;
}

bool panamem_loaded_twice(void) {
  Dl_info own;
  if (dladdr((void *)panamem_loaded_twice, &own) == 0) {
    return false;
  }
  struct search search = {.own_name = own.dli_fname};
  dl_iterate_phdr(look_at, &search);
  void *other = search.other_name == NULL ? NULL : dlopen(search.other_name, RTLD_NOW | RTLD_NOLOAD);
  int (*is_active)(void) = other == NULL ? NULL : (int (*)(void))dlsym(other, "panamem_copy_is_active");
  if (is_active != NULL && is_active()) {
    fprintf(stderr, "panamem: %s is loaded already; the second copy %s passes its calls to libc\n", search.other_name,
            search.own_name);
    return true;
  }
  active = true;
  return false;
}
