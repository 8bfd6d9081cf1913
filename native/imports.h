/* SPDX-License-Identifier: Apache-2.0
 *
 * Redirects what one loaded library imports, and leaves every other library alone.
 */
#ifndef PANAMEM_NATIVE_IMPORTS_H
#define PANAMEM_NATIVE_IMPORTS_H

#include <stdarg.h>
#include <stdbool.h>
#include <sys/types.h>

struct panamem_import {
  const char *name;
  void *replacement;
};

/* Makes the library behind a dlopen handle call replacements instead of the named functions (the list ends with a NULL
 * name). Answers how many of them it imports and now calls. */
int panamem_imports_redirect(void *library, const struct panamem_import *imports);

/* Does the library behind a dlopen handle call or take the address of the named function through its global offset table,
 * so that an earlier library may define it? */
bool panamem_imports_function(void *library, const char *name);

/* For a replacement of open: the mode among its arguments after flags, 0 where these say that there is none. */
mode_t panamem_imports_mode(int flags, va_list arguments);

#endif
