/* SPDX-License-Identifier: Apache-2.0
 *
 * Panamem in the domain table of a real CPython: its own rows become previous, ours take their place.
 */
#include <dlfcn.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "../include/panamem/panamem.h"
#include "cpython.h"
#include "domain.h"
#include "previous.h"
#include "pymalloc_host.h"
#include "report.h"
#include "start.h"

typedef void (*table_function)(PyMemAllocatorDomain, PyMemAllocatorEx *);

static PyMemAllocatorEx installed[PANAMEM_DOMAINS];

/* In CPython 3.12 and later a new init cycle resets the table, so this may be called again. Ours never become previous,
 * those of another name neither, under which a Java host was open before. */
static void install_row(PyMemAllocatorDomain domain, table_function get, table_function set, PyMemAllocatorEx *row) {
  PyMemAllocatorEx present;
  get(domain, &present);
  if (!panamem_same_row(&present, row)) {
    if (!panamem_same_row(&present, &installed[domain])) {
      panamem_previous[domain] = present;
    }
    set(domain, row);
  }
  installed[domain] = *row;
}

static bool of_one_library(const void *one, const void *other) {
  Dl_info info_one, info_other;
  return dladdr(one, &info_one) != 0 && dladdr(other, &info_other) != 0 && info_one.dli_fbase == info_other.dli_fbase;
}

/* A program may be linked with libpanamem before libpython: our own PyMem_* then hide those of the CPython behind us. */
static void *global_scope(void) {
  const void *first = dlsym(RTLD_DEFAULT, "PyMem_SetAllocator");
  bool hidden = first != NULL && of_one_library(first, (const void *)panamem_install_cpython) &&
                dlsym(RTLD_NEXT, "PyMem_SetAllocator") != NULL;
  return hidden ? RTLD_NEXT : RTLD_DEFAULT;
}

/* `pymalloc` serves in this CPython from now on: its raw domain and its arena allocator count. */
static void find_host(void *scope) {
  struct panamem_py_host host;
  host.raw_malloc = (void *(*)(size_t))dlsym(scope, "PyMem_RawMalloc");
  host.raw_calloc = (void *(*)(size_t, size_t))dlsym(scope, "PyMem_RawCalloc");
  host.raw_realloc = (void *(*)(void *, size_t))dlsym(scope, "PyMem_RawRealloc");
  host.raw_free = (void (*)(void *))dlsym(scope, "PyMem_RawFree");
  host.get_arena_allocator = (void (*)(PyObjectArenaAllocator *))dlsym(scope, "PyObject_GetArenaAllocator");
  if (host.raw_malloc != NULL && host.raw_calloc != NULL && host.raw_realloc != NULL && host.raw_free != NULL &&
      host.get_arena_allocator != NULL) {
    panamem_py_host = host;
  }
}

/* Its collector walks the heaps of its own mimalloc to find objects, so those must stay there (CPython documentation: memory
 * management, PYMEM_DOMAIN_OBJ). */
static void say_that_objects_are_left(void) {
  static bool said;
  if (!__atomic_exchange_n(&said, true, __ATOMIC_ACQ_REL) && panamem_speaks_on_stderr()) {
    fprintf(stderr, "panamem: a free-threaded CPython must keep its objects itself: RAW and MEM are served, OBJ is not; "
                    "PANAMEM_MALLOC=off leaves it alone\n");
  }
}

int panamem_install_cpython(void *library) {
  if (panamem_cpython_is_shadowed) {
    return 0;
  }
  void *scope = library == NULL ? global_scope() : library;
  table_function get = (table_function)dlsym(scope, "PyMem_GetAllocator");
  table_function set = (table_function)dlsym(scope, "PyMem_SetAllocator");
  if (get == NULL || set == NULL) {
    return -1;
  }
  if (panamem_choice.off || !panamem_prepare()) {
    return 0;
  }
  find_host(scope);
  PyMemAllocatorEx rows[PANAMEM_DOMAINS];
  panamem_chosen_rows(rows);
  int served = PANAMEM_DOMAINS;
  if (panamem_cpython_free_threaded_in(scope)) {
    say_that_objects_are_left();
    served = PYMEM_DOMAIN_OBJ;
  }
  for (int domain = 0; domain < served; domain++) {
    install_row((PyMemAllocatorDomain)domain, get, set, &rows[domain]);
  }
  return 0;
}
