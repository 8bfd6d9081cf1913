/* SPDX-License-Identifier: Apache-2.0
 *
 * The functions of a CPython in this process that we call, found by name so that the libraries work without one.
 */
#ifndef PANAMEM_NATIVE_CPYTHON_H
#define PANAMEM_NATIVE_CPYTHON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct _object;

/* All NULL while version is 0: no CPython. Objects are opaque here. */
struct panamem_cpython {
  unsigned long version; /* as PY_VERSION_HEX */
  int (*gil_check)(void); /* does the calling thread hold the GIL; from 3.14 on: is a thread state attached */
  void (*fatal_error)(const char *function, const char *message);
  void (*fatal_error_format)(const char *function, const char *format, ...);
  const char *(*version_text)(void);

  /* tracemalloc; the functions that read objects want the GIL */
  int (*untrack)(unsigned int domain, uintptr_t block);
  struct _object *(*traceback)(unsigned int domain, uintptr_t block); /* tuple of (file name, line), or None */
  struct _object *none;
  ptrdiff_t (*tuple_size)(struct _object *tuple);
  struct _object *(*tuple_item)(struct _object *tuple, ptrdiff_t index);
  ptrdiff_t (*text_length)(struct _object *text);
  uint32_t (*text_char)(struct _object *text, ptrdiff_t index);
  long (*as_long)(struct _object *number);

  /* frames; the functions only read */
  const void *runtime;            /* _PyRuntime; from 3.13 on it begins with the offsets for debuggers */
  void *(*thread_state)(void);    /* the current one or NULL; up to 3.11 perhaps that of another thread */
  const void *code_type;          /* PyCode_Type */
  int (*code_line)(const void *code, int instruction_offset); /* offset in bytes; wants a thread state */
  int (*is_initialized)(void);
};

/* Looks CPython up among the libraries of the process, once it is there. Safe to call from any thread at any time except
 * inside a call of the dynamic loader. */
const struct panamem_cpython *panamem_cpython(void);

/* Takes CPython's functions from a handle of dlopen, for a libpython that others in the process cannot see; false when
 * the handle has none. */
bool panamem_cpython_bind(void *handle);

/* Symbol mode: ours stand before its allocation functions, so that there is no table in it to install rows in. */
extern bool panamem_cpython_is_shadowed;

/* Is it a free-threaded build? */
bool panamem_cpython_free_threaded(void);

/* The same of one that is not bound: library is a dlopen handle or RTLD_DEFAULT. */
bool panamem_cpython_free_threaded_in(void *library);

#endif
