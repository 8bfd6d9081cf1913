/* SPDX-License-Identifier: Apache-2.0
 *
 * The range: the one stretch of addresses from which all arenas come, with its three per-page tables.
 */
#ifndef PANAMEM_NATIVE_RANGE_H
#define PANAMEM_NATIVE_RANGE_H

#include <stdbool.h>
#include <stdint.h>

/* Bytes to reserve when nothing else is asked: enough for any machine of today, smaller under an address-space limit. */
uint64_t panamem_range_default_bytes(void);

/* Reserves the range and its tables and makes an empty heap. A refusal is retried with half the size down to
 * PANAMEM_RANGE_LEAST_BYTES; false when even that is refused. Called once, under the caller's lock. */
bool panamem_range_reserve(uint64_t range_bytes);

/* Unmaps everything. Only for tests: every block is gone. */
void panamem_range_release(void);

#define PANAMEM_RANGE_LEAST_BYTES (64ull << 20)

#endif
