/* SPDX-License-Identifier: Apache-2.0
 *
 * What magazines hold: where their blocks come from, and where those go that do not fit.
 */
#ifndef PANAMEM_NATIVE_STOCK_H
#define PANAMEM_NATIVE_STOCK_H

#include <stdint.h>

#include "thread.h"

/* Fills the bin's magazine, from the depot or the pools, in Java or by the fallback; how many blocks came. Opens or grows the
 * magazine first. */
uint32_t panamem_stock_refill(struct panamem_thread *thread, uint32_t bin);

/* Makes room in the bin's magazine: grows it, or gives its older half back. */
void panamem_stock_relieve(struct panamem_thread *thread, uint32_t bin);

#endif
