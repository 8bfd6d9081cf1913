/* SPDX-License-Identifier: Apache-2.0
 *
 * Do a row's calls arrive at debug hooks further down? Asked of the row itself: a byte is allocated through it, and the
 * hooks note that this thread came by.
 */
#ifndef PANAMEM_NATIVE_DEBUG_PROBE_H
#define PANAMEM_NATIVE_DEBUG_PROBE_H

#include <stdbool.h>
#include <stdint.h>

#include "../include/panamem/pymem.h"

/* Probes that are under way; hooks ask panamem_debug_probe_note only while there are some. */
extern uint32_t panamem_debug_probes;

/* Does the row pass calls on to debug hooks of the domain with this API id? False as well when the row refuses both of
 * the calls that could tell, as failure injection does. */
bool panamem_debug_probe(const PyMemAllocatorEx *row, char api_id);

/* Called by hooks: notes the visit if the calling thread is probing for this API id, and answers whether it is. */
bool panamem_debug_probe_note(char api_id);

#endif
