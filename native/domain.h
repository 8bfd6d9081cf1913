/* SPDX-License-Identifier: Apache-2.0
 *
 * The domain table: one row per domain, which every allocation goes through. Not used inside a real CPython, which has
 * its own.
 *
 * A row is read field by field without a lock, so a call that races with panamem_domain_write may take the old ctx to
 * the new function, as in CPython. Writers exclude each other: a row at rest is always one that somebody wrote whole.
 */
#ifndef PANAMEM_NATIVE_DOMAIN_H
#define PANAMEM_NATIVE_DOMAIN_H

#include <stdbool.h>
#include <stdint.h>

#include "../include/panamem/abi.h"
#include "../include/panamem/pymem.h"

/* What calls go to: a function that was written as NULL is replaced by one that ends the process with a clear line.
 * Hidden: each call reads it, with no detour. */
extern PyMemAllocatorEx panamem_domain_table[PANAMEM_DOMAINS] __attribute__((visibility("hidden")));

/* Guards writing; innermost, so the fork handler takes it last. */
extern uint32_t panamem_domain_lock;

/* The domain's row, as it was written. A domain that does not exist answers five NULLs. */
void panamem_domain_read(PyMemAllocatorDomain domain, PyMemAllocatorEx *row);

/* Replaces the domain's row. A domain that does not exist is ignored. */
void panamem_domain_write(PyMemAllocatorDomain domain, const PyMemAllocatorEx *row);

/* Replaces an existing domain's row unless it is no longer as expected; whether it did. */
bool panamem_domain_exchange(PyMemAllocatorDomain domain, const PyMemAllocatorEx *expected, const PyMemAllocatorEx *row);

/* Replaces all three rows by Panamem's own choice, and remembers them as installed. name is that of
 * PANAMEM_MALLOC. */
void panamem_domain_install(const PyMemAllocatorEx rows[PANAMEM_DOMAINS], const char *name);

/* What was installed last; the `arena` rows in the beginning. */
void panamem_domain_installed(PyMemAllocatorDomain domain, PyMemAllocatorEx *row);

/* Its name, or that name with "_debug" for the debug hooks on top of it. Valid for the life of the process. */
const char *panamem_domain_installed_name(bool hooked);

/* Does the domain's row differ from what was installed: is something layered above ours, or ours gone? */
bool panamem_domain_changed(PyMemAllocatorDomain domain);

/* Are two rows the same, byte for byte, as CPython compares them? */
bool panamem_same_row(const PyMemAllocatorEx *one, const PyMemAllocatorEx *other);

#endif
