/* SPDX-License-Identifier: Apache-2.0
 *
 * What people call an address in code: library, function, file and line.
 */
#ifndef PANAMEM_NATIVE_CODE_NAME_H
#define PANAMEM_NATIVE_CODE_NAME_H

#include <stdint.h>

/* Unknown texts are NULL, an unknown line 0. The texts are good until the visit ends. */
struct panamem_code_name {
  const char *library;     /* path of the file */
  uint64_t library_offset; /* of the address, from where the file was loaded */
  const char *function;
  const char *file;
  int line;
};

typedef void (*panamem_code_visitor)(const struct panamem_code_name *name, void *argument);

/* Visits the names of the call that returns to the address, once, or more often when functions were inlined there: the
 * innermost first. File and line, and functions that are not exported, are known when the library was built with
 * libbacktrace and the code with debug information. Allocates from the OS only. */
void panamem_code_names(uintptr_t return_address, panamem_code_visitor visit, void *argument);

#endif
