/* SPDX-License-Identifier: Apache-2.0
 *
 * Does the calling thread hold the GIL, as far as anybody can tell? The settable answer of include/panamem/debug.h.
 */
#ifndef PANAMEM_NATIVE_DEBUG_GIL_H
#define PANAMEM_NATIVE_DEBUG_GIL_H

#include <stdbool.h>

#include "../include/panamem/debug.h"

/* Looks CPython's own check up, so that asking needs no look-up; called whenever hooks are made. */
void panamem_debug_gil_prepare(void);

/* True as well when nobody can tell. */
bool panamem_debug_gil_held(void);

/* Ends the process by CPython's words for a thread that does not, in the name of its function. */
_Noreturn void panamem_debug_gil_refuse(const char *function);

#endif
