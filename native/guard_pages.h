/* SPDX-License-Identifier: Apache-2.0
 *
 * OS pages that cannot be touched: an access to one is SIGSEGV.
 *
 * Linux 6.13 marks such pages without splitting a mapping (MADV_GUARD_INSTALL). Before, each needs mprotect, and every
 * stretch of pages with rights of its own is a mapping, of which a process may have some 65,000.
 */
#ifndef PANAMEM_NATIVE_GUARD_PAGES_H
#define PANAMEM_NATIVE_GUARD_PAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PANAMEM_OS_PAGE_BYTES 4096u

/* Finds out which of the two this kernel can; once. */
void panamem_guard_pages_prepare(void);

/* Do shut pages cost no mappings? Tests may say that they do. */
extern bool panamem_guard_pages_are_light;

/* How many stretches may be shut at a time where they cost mappings: a quarter of what the process may have. */
uint32_t panamem_guard_pages_most(void);

/* Takes contents and rights from whole OS pages; false when the OS refuses, and then they may be either. 0 bytes are
 * nothing to do. */
bool panamem_guard_pages_shut(void *first, size_t bytes);

/* Gives the rights back; pages that were shut read as zero. */
bool panamem_guard_pages_open(void *first, size_t bytes);

#endif
