/* SPDX-License-Identifier: Apache-2.0
 *
 * What the OS has mapped: asked before an address is read that nobody vouches for. Nothing here allocates.
 */
#ifndef PANAMEM_NATIVE_MAPPING_H
#define PANAMEM_NATIVE_MAPPING_H

#include <stdbool.h>
#include <stddef.h>

/* Can all the bytes be read? True as well where the OS does not tell. */
bool panamem_is_readable(const void *address, size_t bytes);

/* Is a file of this name mapped, in whatever folder? The descriptor is of /proc/self/maps, and stays the caller's; below 0 the
 * answer is no. */
bool panamem_is_mapped(const char *file_name, int maps);

/* A few words for what lies at the address: "on the stack of the calling thread", "in data of /usr/lib/libm.so.6", … */
void panamem_mapping_describe(const void *address, char *words, size_t words_bytes);

#endif
