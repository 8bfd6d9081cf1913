/* SPDX-License-Identifier: Apache-2.0
 *
 * Other allocators as rows of the domain table, to compare ours with: libc's, and those that are installed as libraries.
 *
 * Every row follows CPython's rules where the libraries differ: 0 bytes answer a block of their own, realloc to 0 bytes
 * does not free, and blocks are aligned to 16 bytes also where the library's own rule for up to 8 bytes is weaker.
 */
#ifndef PANAMEM_NATIVE_PEERS_H
#define PANAMEM_NATIVE_PEERS_H

#include <stdbool.h>
#include <stddef.h>

#include "../include/panamem/pymem.h"

/* libc's malloc, as CPython's PYTHONMALLOC=malloc. */
PyMemAllocatorEx panamem_libc_row(void);

/* Loads "mimalloc", "jemalloc" or "tcmalloc" for the life of the process. False with one line in error: what was tried,
 * why it failed, and what to do. Takes the dynamic loader's lock, so not from a constructor that dlopen runs. */
bool panamem_peer_load(const char *name, PyMemAllocatorEx *row, char *error, size_t error_bytes);

#endif
