/* SPDX-License-Identifier: Apache-2.0
 *
 * Fork: the child gets a heap at rest, and the fallback serves it for good.
 */
#ifndef PANAMEM_NATIVE_FORK_H
#define PANAMEM_NATIVE_FORK_H

/* Registers the handlers; once. */
void panamem_fork_prepare(void);

#endif
