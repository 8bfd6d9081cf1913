/* SPDX-License-Identifier: Apache-2.0
 *
 * Does a file of code say more about its functions than the dynamic loader knows?
 */
#ifndef PANAMEM_NATIVE_ELF_NAMES_H
#define PANAMEM_NATIVE_ELF_NAMES_H

#include <stdbool.h>

/* False when the ELF file has neither symbol table nor debug information, and no file of debug information is installed for
 * it. True as well where that cannot be found out. Allocates from the OS only. */
bool panamem_elf_has_names(const char *path);

#endif
