/* SPDX-License-Identifier: Apache-2.0
 *
 * Init cycles of a program that embeds CPython, under the preload library: where a new cycle took our rows out of the
 * table (CPython 3.12 and later), they come back, because blocks from before must be freed by who made them.
 *
 * The program's calls of CPython's init functions pass through here. What CPython calls by itself, and what a program
 * calls that has CPython inside it, does not; there one cycle is all there is.
 */
#include <dlfcn.h>
#include <stdbool.h>
#include <stddef.h>

#include "../include/panamem/panamem.h"
#include "../include/panamem/pymem.h"
#include "domain.h"
#include "fatal.h"
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
  get(PYMEM_DOMAIN_OBJ, &present);
  return panamem_same_row(&present, &rows[PYMEM_DOMAIN_OBJ]);
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

/* A library that was loaded later may have a CPython that only it sees: it is asked for what it calls. */
static void *seen_by(const void *caller, const char *name) {
  Dl_info info;
  void *library = dladdr(caller, &info) == 0 ? NULL : dlopen(info.dli_fname, RTLD_LAZY | RTLD_NOLOAD);
  return library == NULL ? NULL : dlsym(library, name);
}

static void *find(const char *name, const void *caller) {
  void *function = dlsym(RTLD_NEXT, name);
  if (function == NULL) {
    function = seen_by(caller, name);
  }
  if (function == NULL) {
    panamem_fatal(name, "panamem: CPython's own function is not to be found");
  }
  return function;
}

#define OWN(name) ((__typeof__(&(name)))find(#name, __builtin_return_address(0)))

/* ---- What programs call (CPython documentation: initialization) -------------------------------------------------------------- */

struct status { /* PyStatus, as in every version since 3.8 */
  int type;
  const char *function;
  const char *message;
  int exit_code;
};

PANAMEM_API void Py_InitializeEx(int install_signal_handlers) {
  bool was_ours = before_call();
  OWN(Py_InitializeEx)(install_signal_handlers);
  a_cycle_was_begun = true;
  after_call(was_ours);
}

PANAMEM_API void Py_Initialize(void) {
  bool was_ours = before_call();
  OWN(Py_Initialize)();
  a_cycle_was_begun = true;
  after_call(was_ours);
}

PANAMEM_API struct status Py_InitializeFromConfig(const void *config) {
  bool was_ours = before_call();
  struct status status = OWN(Py_InitializeFromConfig)(config);
  a_cycle_was_begun = true;
  after_call(was_ours);
  return status;
}

PANAMEM_API int Py_InitializeFromInitConfig(void *config) {
  bool was_ours = before_call();
  int status = OWN(Py_InitializeFromInitConfig)(config);
  a_cycle_was_begun = true;
  after_call(was_ours);
  return status;
}

PANAMEM_API int Py_BytesMain(int count, char **arguments) {
  bool was_ours = before_call();
  int status = OWN(Py_BytesMain)(count, arguments);
  a_cycle_was_begun = true;
  after_call(was_ours);
  return status;
}

PANAMEM_API int Py_Main(int count, wchar_t **arguments) {
  bool was_ours = before_call();
  int status = OWN(Py_Main)(count, arguments);
  a_cycle_was_begun = true;
  after_call(was_ours);
  return status;
}

/* These come first where they are called, and begin no cycle by themselves. */

PANAMEM_API struct status Py_PreInitialize(const void *config) {
  bool was_ours = before_call();
  struct status status = OWN(Py_PreInitialize)(config);
  after_call(was_ours);
  return status;
}

PANAMEM_API struct status Py_PreInitializeFromBytesArgs(const void *config, ptrdiff_t count, char **arguments) {
  bool was_ours = before_call();
  struct status status = OWN(Py_PreInitializeFromBytesArgs)(config, count, arguments);
  after_call(was_ours);
  return status;
}

PANAMEM_API struct status Py_PreInitializeFromArgs(const void *config, ptrdiff_t count, wchar_t **arguments) {
  bool was_ours = before_call();
  struct status status = OWN(Py_PreInitializeFromArgs)(config, count, arguments);
  after_call(was_ours);
  return status;
}
