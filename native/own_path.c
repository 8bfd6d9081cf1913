/* SPDX-License-Identifier: Apache-2.0
 *
 * The loader knows where it found us, maybe by a path from the folder that was the working folder then: the first answer is
 * kept, and the first to ask is whoever loads us.
 */
#include "own_path.h"

#include <dlfcn.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lock.h"

static char kept[PATH_MAX];
static uint32_t keeping;
static bool is_kept;

static bool keep(void) {
  panamem_lock(&keeping);
  Dl_info info;
  if (!is_kept) {
    is_kept = dladdr((void *)panamem_own_path, &info) != 0 && realpath(info.dli_fname, kept) != NULL;
  }
  panamem_unlock(&keeping);
  return is_kept;
}

bool panamem_own_path(char library[PATH_MAX], char folder[PATH_MAX]) {
  if (!keep()) {
    return false;
  }
  strcpy(library, kept);
  strcpy(folder, kept);
  *strrchr(folder, '/') = '\0';
  return true;
}
