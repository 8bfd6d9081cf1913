/* SPDX-License-Identifier: Apache-2.0
 *
 * libpanamem.so when it is loaded: the environment chooses the rows of our own domain table.
 */
#include "../include/panamem/pymem.h"
#include "api_control.h"
#include "domain.h"
#include "pymalloc_host.h"
#include "start.h"
#include "twice.h"

static const struct panamem_py_host own_host = {PyMem_RawMalloc, PyMem_RawCalloc, PyMem_RawRealloc, PyMem_RawFree,
                                                PyObject_GetArenaAllocator};

void panamem_install_chosen(void) {
  PyMemAllocatorEx rows[PANAMEM_DOMAINS];
  if (!panamem_choice.off) {
    panamem_chosen_rows(rows);
    panamem_py_host = own_host;
    panamem_stats_printer = panamem_choice.print;
    panamem_domain_install(rows, panamem_choice.name);
  }
}

__attribute__((constructor)) static void load(void) {
  if (panamem_loaded_twice()) {
    char error[256];
    panamem_configure("malloc", "", false, error, sizeof error);
    panamem_install_chosen();
    return;
  }
  panamem_load(true);
  panamem_install_chosen();
  panamem_load_finish();
}
