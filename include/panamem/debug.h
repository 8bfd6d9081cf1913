/* SPDX-License-Identifier: Apache-2.0
 *
 * What CPython's debug hooks need to know when there is no CPython: does the calling thread hold the GIL?
 *
 * The hooks are on under the allocators `<name>_debug` of PANAMEM_MALLOC and after PyMem_SetupDebugHooks. What they find they
 * report on stderr, as text or JSON, with the stacks that PANAMEM_OPTIONS=stacks=DEPTH:RATE records; docs/FINDING_BUGS.md.
 */
#ifndef PANAMEM_DEBUG_H
#define PANAMEM_DEBUG_H

#ifdef __cplusplus
extern "C" {
#endif

#ifndef PANAMEM_API
#define PANAMEM_API __attribute__((visibility("default")))
#endif

/* The debug hooks of the mem and object domains ask check on every call, also for free(NULL), and end the process with
 * CPython's message when it answers 0. It is called on the allocating thread and must not use the hooked domains
 * itself. NULL goes back to the default: CPython's own check in a process that has a CPython (PyGILState_Check up to
 * 3.13, an attached thread state from 3.14 on), otherwise no check. Any thread; hooks that are running may still ask
 * the old one. Source: CPython's _PyMem_DebugMalloc and its siblings. */
PANAMEM_API void panamem_set_gil_check(int (*check)(void));

#ifdef __cplusplus
}
#endif

#endif
