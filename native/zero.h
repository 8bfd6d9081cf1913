/* SPDX-License-Identifier: Apache-2.0
 *
 * Zeroing a large block that was used before, for calloc.
 */
#ifndef PANAMEM_NATIVE_ZERO_H
#define PANAMEM_NATIVE_ZERO_H

#include <stddef.h>

/* Makes the first bytes of a large block read as zero. The calling thread owns the block. Answers the block. */
void *panamem_zero_large(void *block, size_t bytes);

#endif
