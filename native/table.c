/* SPDX-License-Identifier: Apache-2.0
 *
 * libpanamem-preload.so when it is loaded into a process: before main, a CPython gets our rows; any other program, and
 * every shell and git that a Python starts, is left alone without a word.
 */
#include <dlfcn.h>
#include <stddef.h>

#include "../include/panamem/panamem.h"
#include "cycles.h"
#include "options.h"
#include "start.h"
#include "twice.h"

void panamem_install_chosen(void) {
}

__attribute__((constructor)) static void load(void) {
  if (dlsym(RTLD_DEFAULT, "PyMem_SetAllocator") == NULL || panamem_loaded_twice()) {
    return;
  }
  panamem_load_for_cpython();
  if (panamem_options.mode == PANAMEM_MODE_SYMBOLS) {
    panamem_refuse("mode=symbols needs libpanamem-symbols.so in LD_PRELOAD instead of libpanamem-preload.so, as "
                   "./panamem run --symbols has it");
  }
  if (panamem_choice.off) {
    return;
  }
  panamem_install_cpython(NULL);
  panamem_cycles_watch();
  panamem_load_finish();
}
