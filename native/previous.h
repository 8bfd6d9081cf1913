/* SPDX-License-Identifier: Apache-2.0
 *
 * The rows that ours replaced. They receive frees and reallocs of foreign blocks, and everything while we have no range.
 */
#ifndef PANAMEM_NATIVE_PREVIOUS_H
#define PANAMEM_NATIVE_PREVIOUS_H

#include "../include/panamem/abi.h"
#include "../include/panamem/pymem.h"

/* One row per domain; libc's until panamem_install_cpython reads a CPython's. */
extern PyMemAllocatorEx panamem_previous[PANAMEM_DOMAINS];

#endif
