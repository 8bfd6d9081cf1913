/* SPDX-License-Identifier: Apache-2.0
 *
 * What tracing knows, site by site, the largest first: as a table for people and programs, or as a line of JSON each.
 */
#ifndef PANAMEM_NATIVE_TRACE_OUT_H
#define PANAMEM_NATIVE_TRACE_OUT_H

#include <stdint.h>
#include <stdio.h>

#define PANAMEM_TRACE_ALL UINT32_MAX

/* Writes the most sites with the largest live bytes. Memory for the order comes from the OS. */
void panamem_trace_print(FILE *out, uint32_t most);

/* With option trace: at the process's end, into the option's file, or the first few to stderr. */
void panamem_trace_at_exit(void);

#endif
