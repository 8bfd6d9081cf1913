/* SPDX-License-Identifier: Apache-2.0
 *
 * One Panamem per process: a second copy of the library must not manage a second heap.
 */
#ifndef PANAMEM_NATIVE_TWICE_H
#define PANAMEM_NATIVE_TWICE_H

#include <stdbool.h>

/* Has another copy been loaded before this one? Then a line on stderr names both, and this copy
 * must not make a heap. */
bool panamem_loaded_twice(void);

#endif
