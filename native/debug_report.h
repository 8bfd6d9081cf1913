/* SPDX-License-Identifier: Apache-2.0
 *
 * What the debug hooks print about a damaged block.
 */
#ifndef PANAMEM_NATIVE_DEBUG_REPORT_H
#define PANAMEM_NATIVE_DEBUG_REPORT_H

#include <stdint.h>

/* Prints the block's padding and some of its data to stderr, and where it was allocated when tracemalloc knows. The
 * padding may be damaged; a size that is nonsense makes the trailing part read far away, as in CPython. */
void panamem_debug_report(const uint8_t *block);

#endif
