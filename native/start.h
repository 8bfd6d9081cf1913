/* SPDX-License-Identifier: Apache-2.0
 *
 * The beginning: configuration, range, and the call for Java, each once per process.
 */
#ifndef PANAMEM_NATIVE_START_H
#define PANAMEM_NATIVE_START_H

#include <stdbool.h>
#include <stddef.h>

#include "choice.h"

/* Takes over options and the allocator's name; NULL: from the environment. False with one line in error, and nothing has
 * changed. heed_pythonmalloc as for panamem_choice_from_environment. */
bool panamem_configure(const char *name, const char *options, bool heed_pythonmalloc, char *error, size_t error_bytes);

/* What the preload libraries do before main: panamem_load, with what suits a CPython where nothing else is said. */
void panamem_load_for_cpython(void);

/* Reserves the range, once; false when there is none, so that previous must serve. */
bool panamem_prepare(void);

/* Also asks for Java, in the background, when nothing has asked yet: a request may come from anywhere, with little stack left
 * or with locks held for which the thread that holds the loader waits. */
bool panamem_prepare_and_boot(void);

/* The same, but with boot=lazy only once the heap is large enough for Java to pay. */
bool panamem_prepare_and_boot_when_due(void);

/* The chosen rows with the debug hooks that the choice asks for. */
void panamem_chosen_rows(PyMemAllocatorEx rows[PANAMEM_DOMAINS]);

/* Puts the chosen rows where calls go: into our own domain table (libpanamem.so) or nowhere (libpanamem-preload.so, which
 * waits for panamem_install_cpython, and libpanamem-symbols.so, which waits for CPython). Each library has its own. */
void panamem_install_chosen(void);

/* A wrong configuration ends the process with this one line and exit status 1. */
_Noreturn void panamem_refuse(const char *reason);

/* What all libraries do when they are loaded: configure from the environment, or end the process with one line. */
void panamem_load(bool heed_pythonmalloc);

/* The same for the report at exit. */
void panamem_load_report(void);

/* The same for a core that is to be there before main. The choice is final. */
void panamem_load_boot(void);

/* Both. */
void panamem_load_finish(void);

#endif
