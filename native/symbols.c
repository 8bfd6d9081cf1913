/* SPDX-License-Identifier: Apache-2.0
 *
 * libpanamem-symbols.so when it is loaded into a process: its functions have CPython's names and stand before CPython's own,
 * so that a libpython whose calls the loader binds calls us. A process without a Python is left alone without a word.
 */
#include <stdlib.h>

#include "../include/panamem/pymem.h"
#include "api_control.h"
#include "options.h"
#include "peers.h"
#include "pymalloc_host.h"
#include "settle.h"
#include "start.h"
#include "twice.h"

static const struct panamem_py_host own_host = {PyMem_RawMalloc, PyMem_RawCalloc, PyMem_RawRealloc, PyMem_RawFree,
                                                PyObject_GetArenaAllocator};

/* ---- Names that CPython 3.11 and 3.12 export and call themselves; later ones keep them in ---------------------------------- */

PANAMEM_API int _PyMem_SetupAllocators(int allocator_name);
PANAMEM_API int _PyMem_SetDefaultAllocator(PyMemAllocatorDomain domain, PyMemAllocatorEx *old_allocator);

/* What pre-initialisation chose. */
int _PyMem_SetupAllocators(int allocator_name) {
  return panamem_settle_number(allocator_name);
}

/* For raw blocks that live from before pre-initialisation until after the end: they are libc's, whatever serves meanwhile. */
int _PyMem_SetDefaultAllocator(PyMemAllocatorDomain domain, PyMemAllocatorEx *old_allocator) {
  PyMemAllocatorEx row;
  PyMem_GetAllocator(domain, &row);
  if (old_allocator != NULL) {
    *old_allocator = row;
  }
  if (domain == PYMEM_DOMAIN_RAW) {
    row = panamem_libc_row();
    PyMem_SetAllocator(domain, &row);
  }
  return 0;
}

/* ---- Loading ------------------------------------------------------------------------------------------------------------- */

void panamem_install_chosen(void) {
}

static bool is_set(const char *variable) {
  const char *value = getenv(variable);
  return value != NULL && value[0] != '\0';
}

__attribute__((constructor)) static void load(void) {
  struct panamem_shadowed python;
  char reason[768];
  enum panamem_shadowing shadowing = panamem_shadowed_find(&python, reason, sizeof reason);
  if (shadowing == PANAMEM_NOBODY) {
    panamem_settle_without();
    return;
  }
  if (shadowing == PANAMEM_NOT_SHADOWABLE) {
    panamem_refuse(reason);
  }
  if (panamem_loaded_twice()) {
    panamem_refuse("symbol mode stands alone: take the other libpanamem out of LD_PRELOAD");
  }
  panamem_load_for_cpython();
  if (panamem_options.mode == PANAMEM_MODE_TABLE) {
    panamem_refuse("mode=table needs libpanamem-preload.so in LD_PRELOAD instead of libpanamem-symbols.so, as "
                   "./panamem run has it");
  }
  if (panamem_choice.off) {
    panamem_refuse("PANAMEM_MALLOC=off leaves CPython alone, which symbol mode cannot: run without --symbols");
  }
  panamem_py_host = own_host;
  panamem_load_report();
  panamem_settle_wait(&python, is_set("PANAMEM_MALLOC"));
}
