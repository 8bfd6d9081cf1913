/* SPDX-License-Identifier: Apache-2.0
 *
 * libpanamem.so when it is loaded: the environment chooses the rows of our own domain table.
 */
#include "domain.h"
#include "start.h"
#include "twice.h"

void panamem_install_chosen(void) {
  PyMemAllocatorEx rows[PANAMEM_DOMAINS];
  if (!panamem_choice.off) {
    panamem_chosen_rows(rows);
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
