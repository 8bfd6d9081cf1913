/* SPDX-License-Identifier: Apache-2.0
 *
 * Init cycles of a program that embeds CPython, under the preload library: where a new cycle took our rows out of the
 * table (CPython 3.12 and later), they come back, because blocks from before must be freed by who made them.
 *
 * The program's calls of CPython's init functions pass through here. What CPython calls by itself, and what a program
 * calls that has CPython inside it, does not; there one cycle is all there is.
 */
#include <dlfcn.h>
#include <link.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

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

static bool is_own(const void *address) {
  Dl_info info, own;
  return dladdr(address, &info) != 0 && dladdr((const void *)is_own, &own) != 0 && info.dli_fbase == own.dli_fbase;
}

static void *find_in(const char *library_name, const char *name) {
  void *library = library_name == NULL ? NULL : dlopen(library_name, RTLD_LAZY | RTLD_NOLOAD);
  void *function = library == NULL ? NULL : dlsym(library, name);
  return function == NULL || is_own(function) ? NULL : function;
}

static int is_libpython(struct dl_phdr_info *info, size_t size, void *argument) {
  (void)size;
  const char *base = strrchr(info->dlpi_name, '/');
  if (strncmp(base == NULL ? info->dlpi_name : base + 1, "libpython3", 10) != 0) {
    return 0;
  }
  *(const char **)argument = info->dlpi_name;
  return 1;
}

/* A library that came later may have a CPython that only it sees. It calls us, unless the compiler made that call a jump; then
 * libpython is looked for by its file's name. */
static void *find(const char *name, const void *caller) {
  Dl_info info;
  void *function = dlsym(RTLD_NEXT, name);
  if (function == NULL && dladdr(caller, &info) != 0) {
    function = find_in(info.dli_fname, name);
  }
  if (function == NULL) {
    const char *libpython = NULL;
    dl_iterate_phdr(is_libpython, &libpython);
    function = find_in(libpython, name);
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
