/* SPDX-License-Identifier: Apache-2.0
 *
 * The loader knows where it found us.
 */
#include "own_path.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

bool panamem_own_path(char library[PATH_MAX], char folder[PATH_MAX]) {
  Dl_info info;
  if (dladdr((void *)panamem_own_path, &info) == 0 || realpath(info.dli_fname, library) == NULL) {
    return false;
  }
  strcpy(folder, library);
  *strrchr(folder, '/') = '\0';
  return true;
}
