/* SPDX-License-Identifier: Apache-2.0
 *
 * The table itself, and what stands in for functions that a row does not have.
 *
 * CPython copies a row in unread and jumps to address 0 when a missing function is called. Here such a row is accepted
 * and read back as it was written, and the call says which function of which domain is missing before it aborts.
 */
#include "domain.h"

#include <stdio.h>
#include <string.h>

#include "fatal.h"
#include "lock.h"
#include "magazine.h"

#define ARENA_ROW(domain)                                                                                         \
  {PANAMEM_DOMAIN_CONTEXT(domain), panamem_arena_malloc, panamem_arena_calloc, panamem_arena_realloc, panamem_arena_free}

PyMemAllocatorEx panamem_domain_table[PANAMEM_DOMAINS] = {
    ARENA_ROW(PYMEM_DOMAIN_RAW), ARENA_ROW(PYMEM_DOMAIN_MEM), ARENA_ROW(PYMEM_DOMAIN_OBJ)};
static PyMemAllocatorEx installed[PANAMEM_DOMAINS] = {
    ARENA_ROW(PYMEM_DOMAIN_RAW), ARENA_ROW(PYMEM_DOMAIN_MEM), ARENA_ROW(PYMEM_DOMAIN_OBJ)};
static char installed_name[320] = "arena";
static char installed_hooked_name[sizeof installed_name + sizeof "_debug"] = "arena_debug";

uint32_t panamem_domain_lock;

/* ---- Functions that a row does not have ------------------------------------------------------------------------------ */

#define MISSING(domain, prefix)                                                                                     \
  static void *domain##_missing_malloc(void *ctx, size_t size) {                                                    \
    (void)ctx, (void)size;                                                                                          \
    panamem_fatal(prefix "Malloc", "the allocator that was set has no malloc function (it is NULL)");               \
  }                                                                                                                 \
  static void *domain##_missing_calloc(void *ctx, size_t nelem, size_t elsize) {                                    \
    (void)ctx, (void)nelem, (void)elsize;                                                                           \
    panamem_fatal(prefix "Calloc", "the allocator that was set has no calloc function (it is NULL)");               \
  }                                                                                                                 \
  static void *domain##_missing_realloc(void *ctx, void *ptr, size_t new_size) {                                    \
    (void)ctx, (void)ptr, (void)new_size;                                                                           \
    panamem_fatal(prefix "Realloc", "the allocator that was set has no realloc function (it is NULL)");             \
  }                                                                                                                 \
  static void domain##_missing_free(void *ctx, void *ptr) {                                                         \
    (void)ctx, (void)ptr;                                                                                           \
    panamem_fatal(prefix "Free", "the allocator that was set has no free function (it is NULL)");                   \
  }

MISSING(raw, "PyMem_Raw")
MISSING(mem, "PyMem_")
MISSING(obj, "PyObject_")

static const PyMemAllocatorEx missing[PANAMEM_DOMAINS] = {
    {NULL, raw_missing_malloc, raw_missing_calloc, raw_missing_realloc, raw_missing_free},
    {NULL, mem_missing_malloc, mem_missing_calloc, mem_missing_realloc, mem_missing_free},
    {NULL, obj_missing_malloc, obj_missing_calloc, obj_missing_realloc, obj_missing_free}};

/* ---- Reading and writing --------------------------------------------------------------------------------------------- */

static bool exists(PyMemAllocatorDomain domain) {
  return (unsigned)domain < PANAMEM_DOMAINS;
}

#define LOAD(field) __atomic_load_n(&panamem_domain_table[domain].field, __ATOMIC_RELAXED)
#define SHOWN(field) (LOAD(field) == missing[domain].field ? NULL : LOAD(field))

void panamem_domain_read(PyMemAllocatorDomain domain, PyMemAllocatorEx *row) {
  if (!exists(domain)) {
    *row = (PyMemAllocatorEx){NULL, NULL, NULL, NULL, NULL};
    return;
  }
  *row = (PyMemAllocatorEx){LOAD(ctx), SHOWN(malloc), SHOWN(calloc), SHOWN(realloc), SHOWN(free)};
}

#define STORE(field, value) __atomic_store_n(&panamem_domain_table[domain].field, value, __ATOMIC_RELEASE)
#define STORE_FUNCTION(field) STORE(field, row->field != NULL ? row->field : missing[domain].field)

static void write_row(PyMemAllocatorDomain domain, const PyMemAllocatorEx *row) {
  STORE(ctx, row->ctx);
  STORE_FUNCTION(malloc);
  STORE_FUNCTION(calloc);
  STORE_FUNCTION(realloc);
  STORE_FUNCTION(free);
}

void panamem_domain_write(PyMemAllocatorDomain domain, const PyMemAllocatorEx *row) {
  if (!exists(domain)) {
    return;
  }
  panamem_lock(&panamem_domain_lock);
  write_row(domain, row);
  panamem_unlock(&panamem_domain_lock);
}

bool panamem_domain_exchange(PyMemAllocatorDomain domain, const PyMemAllocatorEx *expected,
                             const PyMemAllocatorEx *row) {
  PyMemAllocatorEx now;
  panamem_lock(&panamem_domain_lock);
  panamem_domain_read(domain, &now);
  bool same = panamem_same_row(&now, expected);
  if (same) {
    write_row(domain, row);
  }
  panamem_unlock(&panamem_domain_lock);
  return same;
}

bool panamem_same_row(const PyMemAllocatorEx *one, const PyMemAllocatorEx *other) {
  return memcmp(one, other, sizeof *one) == 0;
}

/* ---- What is installed ----------------------------------------------------------------------------------------------- */

void panamem_domain_install(const PyMemAllocatorEx rows[PANAMEM_DOMAINS], const char *name) {
  panamem_lock(&panamem_domain_lock);
  for (unsigned domain = 0; domain < PANAMEM_DOMAINS; domain++) {
    installed[domain] = rows[domain];
    write_row((PyMemAllocatorDomain)domain, &rows[domain]);
  }
  snprintf(installed_name, sizeof installed_name, "%s", name);
  snprintf(installed_hooked_name, sizeof installed_hooked_name, "%s_debug", installed_name);
  panamem_unlock(&panamem_domain_lock);
}

void panamem_domain_installed(PyMemAllocatorDomain domain, PyMemAllocatorEx *row) {
  panamem_lock(&panamem_domain_lock);
  *row = installed[domain];
  panamem_unlock(&panamem_domain_lock);
}

const char *panamem_domain_installed_name(bool hooked) {
  return hooked ? installed_hooked_name : installed_name;
}

bool panamem_domain_changed(PyMemAllocatorDomain domain) {
  PyMemAllocatorEx now, ours;
  panamem_domain_read(domain, &now);
  panamem_domain_installed(domain, &ours);
  return !panamem_same_row(&now, &ours);
}
