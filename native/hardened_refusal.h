/* SPDX-License-Identifier: Apache-2.0
 *
 * What the `hardened` rows tell of a misuse before they end the process: which one it is, from the marks around it.
 */
#ifndef PANAMEM_NATIVE_HARDENED_REFUSAL_H
#define PANAMEM_NATIVE_HARDENED_REFUSAL_H

#include <stdint.h>

/* operation, ctx and caller make a struct panamem_row_call (refusal.h), which is built only here: the rows' fast path
 * keeps them in registers. */

/* Of an address in the range whose mark is not that of a live block of the domain. */
_Noreturn void panamem_hardened_refuse(const char *operation, void *ctx, uintptr_t caller, const void *block);

/* Of a free block that does not read as zero. */
_Noreturn void panamem_hardened_refuse_written(const char *operation, void *ctx, uintptr_t caller, const void *block);

/* Of an address outside the range, or any before there were marks; returns only when it is for the arena row. */
void panamem_hardened_pass_on(const char *operation, void *ctx, uintptr_t caller, const void *block);

#endif
