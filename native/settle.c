/* SPDX-License-Identifier: Apache-2.0
 *
 * CPython alone knows what it was asked for: -E, -I, -X dev, the environment and an embedding program's PyPreConfig all
 * have a say. So nothing of that is read here. Pre-initialisation ends with CPython writing its choice into its own table:
 *
 *   waiting   our table = its table = the waiting rows; only raw blocks are asked for, and libc serves them
 *   settled   its table has been written, or a mem or object block is asked for (then nothing was chosen): what serves is
 *             installed in our table and copied to its own
 *
 * Raw blocks of before are foreign blocks after. Each row that is set is set in both tables, because CPython 3.12 and 3.13
 * restore their raw row from their own. A new init cycle resets that table; ours stays.
 */
#include "settle.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "api_control.h"
#include "arena_hook.h"
#include "arena_print.h"
#include "choice.h"
#include "cpython.h"
#include "domain.h"
#include "lock.h"
#include "peers.h"
#include "start.h"

#define DEBUG_SUFFIX "_debug"

static struct panamem_shadowed python;
static bool has_python;
static bool is_fixed;
static PyMemAllocatorEx initial_rows[PANAMEM_DOMAINS]; /* of its own table */
static PyMemAllocatorEx fixed_rows[PANAMEM_DOMAINS];

static uint32_t settle_lock;
static bool settled;

static bool is_settled(void) {
  return __atomic_load_n(&settled, __ATOMIC_ACQUIRE);
}

/* ---- The waiting rows ---------------------------------------------------------------------------------------------------- */

static PyMemAllocatorEx serving_row(PyMemAllocatorDomain domain);

#define DOMAIN_OF(ctx) ((PyMemAllocatorDomain)(uintptr_t)(ctx))

static void *waiting_malloc(void *ctx, size_t size) {
  PyMemAllocatorEx row = serving_row(DOMAIN_OF(ctx));
  return row.malloc(row.ctx, size);
}

static void *waiting_calloc(void *ctx, size_t nelem, size_t elsize) {
  PyMemAllocatorEx row = serving_row(DOMAIN_OF(ctx));
  return row.calloc(row.ctx, nelem, elsize);
}

static void *waiting_realloc(void *ctx, void *ptr, size_t new_size) {
  PyMemAllocatorEx row = serving_row(DOMAIN_OF(ctx));
  return row.realloc(row.ctx, ptr, new_size);
}

static void waiting_free(void *ctx, void *ptr) {
  PyMemAllocatorEx row = serving_row(DOMAIN_OF(ctx));
  row.free(row.ctx, ptr);
}

static PyMemAllocatorEx waiting_row(PyMemAllocatorDomain domain) {
  return (PyMemAllocatorEx){(void *)(uintptr_t)domain, waiting_malloc, waiting_calloc, waiting_realloc, waiting_free};
}

static void each_domain(void (*act)(PyMemAllocatorDomain domain)) {
  for (int domain = 0; domain < PANAMEM_DOMAINS; domain++) {
    act((PyMemAllocatorDomain)domain);
  }
}

static void wait_in_our_table(PyMemAllocatorDomain domain) {
  PyMemAllocatorEx row = waiting_row(domain);
  panamem_domain_write(domain, &row);
}

/* ---- What CPython chose -------------------------------------------------------------------------------------------------- */

/* Its raw row is changed for moments during initialisation, the others only by a choice. */
static bool python_has_chosen(void) {
  PyMemAllocatorEx now, waiting = waiting_row(PYMEM_DOMAIN_OBJ);
  python.get_allocator(PYMEM_DOMAIN_OBJ, &now);
  return !panamem_same_row(&now, &waiting);
}

static bool has_prefix(const char *text, const char *prefix) {
  return text != NULL && strncmp(text, prefix, strlen(prefix)) == 0;
}

static bool has_hooks(const char *name) {
  size_t length = strlen(name), suffix = sizeof DEBUG_SUFFIX - 1;
  return length > suffix && strcmp(name + length - suffix, DEBUG_SUFFIX) == 0;
}

/* CPython's default allocator has a name of its own there, by which PYTHONMALLOC may also ask for our `pymalloc`. */
static const char *our_name(const char *name, bool chosen) {
  bool by_name = has_prefix(name, "malloc") || has_prefix(getenv("PYTHONMALLOC"), "pymalloc");
  return chosen && by_name ? name : has_hooks(name) ? "debug" : "default";
}

/* CPython's own mimalloc serves, with CPython's own hooks where it was asked for them. */
static void choose_pythons_rows(const char *name) {
  struct panamem_choice choice = {.print = python.print_statistics};
  snprintf(choice.name, sizeof choice.name, "cpython-%s", name);
  for (int domain = 0; domain < PANAMEM_DOMAINS; domain++) {
    python.get_allocator((PyMemAllocatorDomain)domain, &choice.rows[domain]);
  }
  panamem_choice = choice;
}

static void choose(const char *name, bool chosen) {
  char error[256];
  struct panamem_choice choice;
  if (chosen && has_prefix(name, "mimalloc")) {
    choose_pythons_rows(name);
  } else if (panamem_choose(our_name(name, chosen), &choice, error, sizeof error)) {
    panamem_choice = choice;
  }
}

/* CPython's name for what serves in it when nothing is chosen. Its table holds its initial rows from here on. */
static const char *ask_default_name(void) {
  for (int domain = 0; domain < PANAMEM_DOMAINS; domain++) {
    python.set_allocator((PyMemAllocatorDomain)domain, &initial_rows[domain]);
  }
  const char *name = python.allocator_name();
  return name != NULL ? name : "pymalloc";
}

/* ---- Settling ------------------------------------------------------------------------------------------------------------ */

static void copy_to_python(PyMemAllocatorDomain domain) {
  PyMemAllocatorEx row;
  panamem_domain_read(domain, &row);
  python.set_allocator(domain, &row);
}

/* A row that an embedding program has set meanwhile stays on top. */
static void install(const char *name) {
  PyMemAllocatorEx present[PANAMEM_DOMAINS], rows[PANAMEM_DOMAINS];
  for (int domain = 0; domain < PANAMEM_DOMAINS; domain++) {
    panamem_domain_read((PyMemAllocatorDomain)domain, &present[domain]);
  }
  panamem_chosen_rows(rows);
  panamem_domain_install(rows, name);
  for (int domain = 0; domain < PANAMEM_DOMAINS; domain++) {
    PyMemAllocatorEx waiting = waiting_row((PyMemAllocatorDomain)domain);
    if (!panamem_same_row(&present[domain], &waiting)) {
      panamem_domain_write((PyMemAllocatorDomain)domain, &present[domain]);
    }
  }
  bool has_classes = panamem_choice.java && panamem_choice.user_class[0] == '\0';
  panamem_stats_printer = panamem_choice.print == NULL && has_classes ? panamem_arena_print : panamem_choice.print;
  each_domain(copy_to_python);
}

/* name is CPython's for what it chose; NULL: it chose nothing. */
static void settle(const char *name) {
  panamem_lock(&settle_lock);
  bool first = !settled;
  if (first) {
    const char *served_name = is_fixed ? panamem_choice.name : name == NULL ? ask_default_name() : name;
    if (!is_fixed) {
      choose(served_name, name != NULL);
    }
    install(served_name);
    __atomic_store_n(&settled, true, __ATOMIC_RELEASE);
  }
  panamem_unlock(&settle_lock);
  if (first) {
    panamem_load_boot();
  }
}

static PyMemAllocatorEx serving_row(PyMemAllocatorDomain domain) {
  if (!has_python) {
    panamem_refuse("symbol mode needs a libpython that is there before main; this process loaded one later: run without "
                   "--symbols");
  }
  if (!is_settled() && python_has_chosen()) {
    settle(python.allocator_name());
  } else if (!is_settled() && domain != PYMEM_DOMAIN_RAW) {
    settle(NULL);
  }
  PyMemAllocatorEx row = is_fixed ? fixed_rows[domain] : panamem_libc_row();
  if (is_settled()) {
    panamem_domain_installed(domain, &row);
  }
  return row;
}

static const char *name_of(int number) {
  static const char *const names[] = {"default", "debug", "malloc", "malloc_debug", "pymalloc", "pymalloc_debug"};
  return number >= 1 && number <= (int)(sizeof names / sizeof names[0]) ? names[number - 1] : NULL;
}

int panamem_settle_number(int allocator_name) {
  const char *name = name_of(allocator_name);
  if (name == NULL) {
    return allocator_name == 0 ? 0 : -1;
  }
  if (is_settled()) {
    return 0;
  }
  if (strcmp(name, "default") == 0) {
    settle(NULL);
  } else if (strcmp(name, "debug") == 0) {
    settle(has_prefix(ask_default_name(), "malloc") ? "malloc_debug" : "pymalloc_debug");
  } else {
    settle(name);
  }
  return 0;
}

/* ---- Both tables hold the same ------------------------------------------------------------------------------------------- */

static void follow(void) {
  if (is_settled()) {
    each_domain(copy_to_python);
  } else {
    copy_to_python(PYMEM_DOMAIN_RAW); /* the others would hide CPython's choice */
  }
}

/* CPython has reset or written its table since, and now puts a row of that table "back". */
static bool is_stale(const PyMemAllocatorEx *row) {
  PyMemAllocatorEx ours, its_own;
  if (!is_settled() || !panamem_shadowed_brings(&python, row)) {
    return false;
  }
  panamem_domain_read(PYMEM_DOMAIN_OBJ, &ours);
  python.get_allocator(PYMEM_DOMAIN_OBJ, &its_own);
  return !panamem_same_row(&ours, &its_own);
}

static struct panamem_control_host host = {is_stale, follow, NULL};

/* ---- Waiting ------------------------------------------------------------------------------------------------------------- */

static void wait_in_its_table(PyMemAllocatorDomain domain) {
  PyMemAllocatorEx row = waiting_row(domain);
  python.set_allocator(domain, &row);
}

void panamem_settle_wait(const struct panamem_shadowed *shadowed, bool fixed) {
  python = *shadowed;
  has_python = true;
  is_fixed = fixed;
  for (int domain = 0; domain < PANAMEM_DOMAINS; domain++) {
    python.get_allocator((PyMemAllocatorDomain)domain, &initial_rows[domain]);
  }
  panamem_chosen_rows(fixed_rows);
  python.get_arena_allocator(&panamem_arena_hook);
  host.set_arena_allocator = python.set_arena_allocator;
  panamem_control_host = &host;
  panamem_cpython_is_shadowed = true;
  each_domain(wait_in_our_table);
  each_domain(wait_in_its_table);
}

void panamem_settle_without(void) {
  each_domain(wait_in_our_table);
}
