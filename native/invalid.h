/* SPDX-License-Identifier: Apache-2.0
 *
 * The end of a process that freed or resized what is no live block of ours.
 */
#ifndef PANAMEM_NATIVE_INVALID_H
#define PANAMEM_NATIVE_INVALID_H

/* Writes one line that names the operation ("free", "realloc") and what the address is instead, and aborts. */
_Noreturn void panamem_invalid_block(const char *operation, const void *block);

#endif
