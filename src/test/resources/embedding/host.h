/* SPDX-License-Identifier: Apache-2.0
 *
 * What a program that embeds CPython does at the edges of an init cycle, with Panamem or without.
 *
 * Compiled with -DWITH_PANAMEM it is linked with libpanamem and installs it. Otherwise it knows nothing of Panamem; a
 * preload library may serve it, or a counting allocator of its own stands where Panamem would.
 */
#ifndef EMBEDDING_HOST_H
#define EMBEDDING_HOST_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <stdbool.h>

/* Whoever is to count blocks gets installed: Panamem, or the counting allocator when the program is to count by itself. */
void host_installs(void);
extern bool host_counts;

/* Py_PreInitialize, and host_installs. */
void host_pre_initialize(void);

/* Prints how many blocks of each domain are alive, when somebody counts. */
void host_tells_what_is_alive(const char *when);

/* Ends the process with a line on stderr when Panamem is there and its heap is not sound. */
void host_checks(void);

/* Bytes that Panamem has from the OS for what is alive, and how many blocks that is; 0 without Panamem. */
struct host_use {
  uint64_t committed_bytes;
  uint64_t live_blocks;
};
struct host_use host_use(void);

/* Ends the process with a line on stderr unless what. */
void host_requires(bool what, const char *words);

#endif
