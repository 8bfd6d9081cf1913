/* SPDX-License-Identifier: Apache-2.0
 *
 * Where free runs wait: a list per kind and run class with a bitmap over the lists. The ages of dirty runs: age_list.h.
 */
#ifndef PANAMEM_NATIVE_RUN_LIST_H
#define PANAMEM_NATIVE_RUN_LIST_H

#include <stdint.h>

/* Marks the run as free of that kind (PANAMEM_RUN_DIRTY or _CLEAN) and links it. */
void panamem_run_link(uint32_t first, uint32_t pages, uint32_t kind);

/* Unlinks a free run and marks its pages as inside; answers its length. */
uint32_t panamem_run_unlink(uint32_t first);

/* A free run of that kind with at least pages, not unlinked; 0 when there is none. */
uint32_t panamem_run_find(uint32_t pages, uint32_t kind);

#endif
