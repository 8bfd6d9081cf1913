/* SPDX-License-Identifier: Apache-2.0
 *
 * Init cycles of a program that embeds CPython, under the preload library: where a new cycle took our rows out of the
 * table (CPython 3.12 and later), they come back, because blocks from before must be freed by who made them.
 *
 * The program's own calls of CPython's init functions come here, through its global offset table. The names stay CPython's:
 * libpython finds its folder by the address of Py_Initialize. What CPython calls by itself, what other libraries call, and
 * what a program calls that has CPython inside it, does not come here.
 */
#include "cycles.h"

#include <dlfcn.h>
#include <link.h>
#include <stdbool.h>
#include <stddef.h>

#include "../include/panamem/panamem.h"
#include "../include/panamem/pymem.h"
#include "domain.h"
#include "fatal.h"
#include "imports.h"
#include "start.h"

/* ---- Is a new cycle taking our rows away? --------------------------------------------------------------------------------- */

static bool a_cycle_was_begun; /* under the GIL, as far as init has one */

static bool our_rows_are_installed(void) {
  void (*get)(PyMemAllocatorDomain, PyMemAllocatorEx *) =
      (void (*)(PyMemAllocatorDomain, PyMemAllocatorEx *))dlsym(RTLD_DEFAULT, "PyMem_GetAllocator");
  if (get == NULL || panamem_choice.off) {
    return false;
  }
  PyMemAllocatorEx rows[PANAMEM_DOMAINS];
  PyMemAllocatorEx present;
  panamem_chosen_rows(rows);
  get(PYMEM_DOMAIN_MEM, &present);
  return panamem_same_row(&present, &rows[PYMEM_DOMAIN_MEM]);
}

/* Whether rows that the call takes out are to come back. In the first cycle that is PYTHONMALLOC or the program itself. */
static bool before_call(void) {
  return a_cycle_was_begun && our_rows_are_installed();
}

static void after_call(bool was_ours) {
  if (was_ours) {
    panamem_install_cpython(NULL);
  }
}

/* ---- CPython's own function -------------------------------------------------------------------------------------------------- */

static void *find(const char *name) {
  void *function = dlsym(RTLD_DEFAULT, name);
  if (function == NULL) {
    panamem_fatal(name, "panamem: CPython's own function is not to be found");
  }
  return function;
}

#define OWN(replacement, name) ((__typeof__(&(replacement)))find(name))

/* ---- What programs call (CPython documentation: initialization) -------------------------------------------------------------- */

struct status { /* PyStatus, as in every version since 3.8 */
  int type;
  const char *function;
  const char *message;
  int exit_code;
};

static void initialize_ex(int install_signal_handlers) {
  bool was_ours = before_call();
  OWN(initialize_ex, "Py_InitializeEx")(install_signal_handlers);
  a_cycle_was_begun = true;
  after_call(was_ours);
}

static void initialize(void) {
  bool was_ours = before_call();
  OWN(initialize, "Py_Initialize")();
  a_cycle_was_begun = true;
  after_call(was_ours);
}

static struct status initialize_from_config(const void *config) {
  bool was_ours = before_call();
  struct status status = OWN(initialize_from_config, "Py_InitializeFromConfig")(config);
  a_cycle_was_begun = true;
  after_call(was_ours);
  return status;
}

static int initialize_from_init_config(void *config) {
  bool was_ours = before_call();
  int status = OWN(initialize_from_init_config, "Py_InitializeFromInitConfig")(config);
  a_cycle_was_begun = true;
  after_call(was_ours);
  return status;
}

static int bytes_main(int count, char **arguments) {
  bool was_ours = before_call();
  int status = OWN(bytes_main, "Py_BytesMain")(count, arguments);
  a_cycle_was_begun = true;
  after_call(was_ours);
  return status;
}

static int wide_main(int count, wchar_t **arguments) {
  bool was_ours = before_call();
  int status = OWN(wide_main, "Py_Main")(count, arguments);
  a_cycle_was_begun = true;
  after_call(was_ours);
  return status;
}

/* These come first where they are called, and begin no cycle by themselves. */

static struct status pre_initialize(const void *config) {
  bool was_ours = before_call();
  struct status status = OWN(pre_initialize, "Py_PreInitialize")(config);
  after_call(was_ours);
  return status;
}

static struct status pre_initialize_from_bytes_args(const void *config, ptrdiff_t count, char **arguments) {
  bool was_ours = before_call();
  struct status status = OWN(pre_initialize_from_bytes_args, "Py_PreInitializeFromBytesArgs")(config, count, arguments);
  after_call(was_ours);
  return status;
}

static struct status pre_initialize_from_args(const void *config, ptrdiff_t count, wchar_t **arguments) {
  bool was_ours = before_call();
  struct status status = OWN(pre_initialize_from_args, "Py_PreInitializeFromArgs")(config, count, arguments);
  after_call(was_ours);
  return status;
}

void panamem_cycles_watch(void) {
  static const struct panamem_import imports[] = {
      {"Py_InitializeEx", (void *)initialize_ex},
      {"Py_Initialize", (void *)initialize},
      {"Py_InitializeFromConfig", (void *)initialize_from_config},
      {"Py_InitializeFromInitConfig", (void *)initialize_from_init_config},
      {"Py_BytesMain", (void *)bytes_main},
      {"Py_Main", (void *)wide_main},
      {"Py_PreInitialize", (void *)pre_initialize},
      {"Py_PreInitializeFromBytesArgs", (void *)pre_initialize_from_bytes_args},
      {"Py_PreInitializeFromArgs", (void *)pre_initialize_from_args},
      {NULL, NULL},
  };
  panamem_imports_redirect(dlopen(NULL, RTLD_LAZY), imports);
}
