/* SPDX-License-Identifier: Apache-2.0
 *
 * The form of CPython's allocator statistics.
 */
#ifndef PANAMEM_NATIVE_PRINT_LINE_H
#define PANAMEM_NATIVE_PRINT_LINE_H

#include <stdint.h>
#include <stdio.h>

/* One line: what it is, and a number with a comma before every third digit. Answers the number. */
uint64_t panamem_print_line(FILE *out, const char *label, uint64_t number);

/* The table of size classes: its head, and one row. */
void panamem_print_class_head(FILE *out);
void panamem_print_class(FILE *out, uint32_t class, uint32_t block_bytes, uint64_t pools, uint64_t live_blocks,
                         uint64_t available_blocks);

#endif
