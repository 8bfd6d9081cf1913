/* SPDX-License-Identifier: Apache-2.0
 *
 * The dirty runs by the time when they were freed, oldest first: the order in which they go back to the OS.
 */
#ifndef PANAMEM_NATIVE_AGE_LIST_H
#define PANAMEM_NATIVE_AGE_LIST_H

#include <stdint.h>

/* The run is the newest: it was freed now. */
void panamem_age_append(uint32_t first);

void panamem_age_remove(uint32_t first);

/* Another run takes over the place and the time of one that it grew from, or is what is left of. */
void panamem_age_replace(uint32_t first, uint32_t successor);

#endif
