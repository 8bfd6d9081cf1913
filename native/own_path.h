/* SPDX-License-Identifier: Apache-2.0
 *
 * Where our own library lies: what belongs to it lies beside it.
 */
#ifndef PANAMEM_NATIVE_OWN_PATH_H
#define PANAMEM_NATIVE_OWN_PATH_H

#include <limits.h>
#include <stdbool.h>

/* The real path of the library that this code is in, and its folder; false when they cannot be told. To be asked when the
 * library is loaded: the program may change its working folder. */
bool panamem_own_path(char library[PATH_MAX], char folder[PATH_MAX]);

#endif
