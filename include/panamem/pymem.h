/* SPDX-License-Identifier: Apache-2.0
 *
 * CPython's memory allocation API (the raw, mem and object domains), served by Panamem without an interpreter.
 *
 * The names, types, values and rules are those of CPython's "Memory Management" C API document and of its headers
 * pymem.h, cpython/pymem.h, objimpl.h and tracemalloc.h; only what concerns allocation is here. C and C++.
 *
 * Python's version. The header speaks for CPython 3.14. Define PANAMEM_PYTHON_VERSION_HEX (as PY_VERSION_HEX:
 * 0x030B0000 is 3.11) before including it to get another version from 3.11 to 3.15. The versions differ in the names
 * of PyMemAllocatorName and in PyMem_Del; a compiled program runs with the same library either way.
 *
 * Beside <Python.h> this header adds nothing, whichever comes first: if <Python.h> was not included yet but can be
 * found, it is included here. Define PANAMEM_STANDALONE to keep an installed <Python.h> out; then <Python.h> cannot
 * follow in the same translation unit.
 *
 * Bytes and alignment. Sizes are in bytes. A block's address is a multiple of 16. A request of 0 bytes answers a block
 * of its own, never NULL. A request above PY_SSIZE_T_MAX bytes answers NULL before any allocator is asked. NULL means
 * "no memory"; no exception is set and errno means nothing. A block is given back in the domain that made it.
 *
 * Threads. The raw domain may be used at any time by any thread. CPython wants an attached thread state (the GIL) for
 * the other two; Panamem serves them to any thread as well, and only the debug hooks can tell (debug.h).
 */
#ifndef PANAMEM_PYMEM_H
#define PANAMEM_PYMEM_H

#if !defined(Py_PYTHON_H) && !defined(PANAMEM_STANDALONE) && defined(__has_include)
#if __has_include(<Python.h>)
#include <Python.h>
#endif
#endif

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
#define PANAMEM_PYMEM_ASSERT(fact, text) static_assert(fact, text)
#else
#define PANAMEM_PYMEM_ASSERT(fact, text) _Static_assert(fact, text)
#endif

#ifndef Py_PYTHON_H

#ifndef PANAMEM_PYTHON_VERSION_HEX
#define PANAMEM_PYTHON_VERSION_HEX 0x030E0000
#endif
#if PANAMEM_PYTHON_VERSION_HEX < 0x030B0000 || PANAMEM_PYTHON_VERSION_HEX >= 0x03100000
#error "PANAMEM_PYTHON_VERSION_HEX: Panamem speaks for CPython 3.11 to 3.15, 0x030B0000 to 0x030FFFFF"
#endif

#ifndef PANAMEM_API
#define PANAMEM_API __attribute__((visibility("default")))
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Sizes (pyport.h) ----------------------------------------------------------------------------------------------- */

typedef ptrdiff_t Py_ssize_t;
#define PY_SSIZE_T_MAX PTRDIFF_MAX

/* ---- Raw domain: any thread, any time (Memory Management, "Raw Memory Interface") ------------------------------------ */

PANAMEM_API void *PyMem_RawMalloc(size_t size);
PANAMEM_API void *PyMem_RawCalloc(size_t nelem, size_t elsize); /* zeroed; NULL when nelem * elsize is too big */
PANAMEM_API void *PyMem_RawRealloc(void *ptr, size_t new_size); /* NULL: ptr is still valid and unchanged */
PANAMEM_API void PyMem_RawFree(void *ptr);                      /* NULL is allowed */

/* ---- Mem domain: with an attached thread state ("Memory Interface") --------------------------------------------------- */

PANAMEM_API void *PyMem_Malloc(size_t size);
PANAMEM_API void *PyMem_Calloc(size_t nelem, size_t elsize);
PANAMEM_API void *PyMem_Realloc(void *ptr, size_t new_size);
PANAMEM_API void PyMem_Free(void *ptr);

/* ---- Object domain: with an attached thread state ("Object allocators") ----------------------------------------------- */

PANAMEM_API void *PyObject_Malloc(size_t size);
PANAMEM_API void *PyObject_Calloc(size_t nelem, size_t elsize);
PANAMEM_API void *PyObject_Realloc(void *ptr, size_t new_size);
PANAMEM_API void PyObject_Free(void *ptr);

/* ---- Macros (pymem.h, objimpl.h) --------------------------------------------------------------------------------------- */

/* Bytes of an array, or SIZE_MAX, which every allocation function refuses, when they exceed PY_SSIZE_T_MAX or when a
 * negative count was converted. */
static inline size_t panamem_array_bytes(size_t count, size_t element_bytes) {
  return count > SIZE_MAX / 2 / element_bytes ? SIZE_MAX : count * element_bytes;
}

/* A block for n elements of the type, or NULL; n is evaluated once, and a negative n answers NULL. */
#define PyMem_New(type, n) ((type *)PyMem_Malloc(panamem_array_bytes((size_t)(n), sizeof(type))))

/* Resizes the block p to n elements and assigns it to p. When that fails, p is NULL afterwards and the block is lost
 * unless the caller kept its address elsewhere. */
#define PyMem_Resize(p, type, n) ((p) = (type *)PyMem_Realloc((p), panamem_array_bytes((size_t)(n), sizeof(type))))

/* Older names of the same functions. */
#define PyMem_MALLOC(n) PyMem_Malloc((n))
#define PyMem_NEW(type, n) PyMem_New(type, (n))
#define PyMem_REALLOC(p, n) PyMem_Realloc((p), (n))
#define PyMem_RESIZE(p, type, n) PyMem_Resize((p), type, (n))
#define PyMem_FREE(p) PyMem_Free((p))

/* Up to 3.11 PyMem_Del also names the function, as a pointer; since 3.12 it can only be called. */
#if PANAMEM_PYTHON_VERSION_HEX >= 0x030C0000
#define PyMem_Del(p) PyMem_Free((p))
#define PyMem_DEL(p) PyMem_Free((p))
#else
#define PyMem_Del PyMem_Free
#define PyMem_DEL PyMem_Free
#endif

#define PyObject_MALLOC PyObject_Malloc
#define PyObject_REALLOC PyObject_Realloc
#define PyObject_FREE PyObject_Free
#define PyObject_Del PyObject_Free
#define PyObject_DEL PyObject_Free

/* ---- Allocators ("Customize Memory Allocators"; cpython/pymem.h) ------------------------------------------------------- */

typedef enum {
  PYMEM_DOMAIN_RAW,
  PYMEM_DOMAIN_MEM,
  PYMEM_DOMAIN_OBJ
} PyMemAllocatorDomain;

/* The names that PyPreConfig.allocator takes. */
typedef enum {
  PYMEM_ALLOCATOR_NOT_SET = 0,
  PYMEM_ALLOCATOR_DEFAULT = 1,
  PYMEM_ALLOCATOR_DEBUG = 2,
  PYMEM_ALLOCATOR_MALLOC = 3,
  PYMEM_ALLOCATOR_MALLOC_DEBUG = 4,
  PYMEM_ALLOCATOR_PYMALLOC = 5,
  PYMEM_ALLOCATOR_PYMALLOC_DEBUG = 6,
#if PANAMEM_PYTHON_VERSION_HEX >= 0x030D0000
  PYMEM_ALLOCATOR_MIMALLOC = 7,
  PYMEM_ALLOCATOR_MIMALLOC_DEBUG = 8,
#endif
} PyMemAllocatorName;

/* One row of the domain table: ctx is the first argument of the four functions. They are asked for 0 bytes, for 0
 * elements, with ptr == NULL and with new_size == 0 as the caller said it; calloc gets factors whose product does not
 * overflow. An allocator must answer distinct blocks for 0 bytes, and must be safe to call from several threads at
 * once in every domain (CPython 3.12 and later; the raw domain always). */
typedef struct {
  void *ctx;
  void *(*malloc)(void *ctx, size_t size);
  void *(*calloc)(void *ctx, size_t nelem, size_t elsize);
  void *(*realloc)(void *ctx, void *ptr, size_t new_size);
  void (*free)(void *ctx, void *ptr);
} PyMemAllocatorEx;

/* Copies the domain's row to *allocator; a domain that does not exist answers five NULLs. */
PANAMEM_API void PyMem_GetAllocator(PyMemAllocatorDomain domain, PyMemAllocatorEx *allocator);

/* Copies *allocator into the domain's row; a domain that does not exist is ignored. Blocks that live already stay with
 * the functions that made them only if the new row passes them on, so after start only hooks that call the row they
 * replaced are safe. Calls running in other threads may still see the old row, or its ctx beside the new functions, as
 * in CPython. A function that is NULL ends the process with a clear line when it is called, not when it is set. */
PANAMEM_API void PyMem_SetAllocator(PyMemAllocatorDomain domain, PyMemAllocatorEx *allocator);

/* Puts CPython's debug hooks on top of all three rows; does nothing where they are there already, also underneath
 * another hook (CPython recurses without end in that case). Blocks made before have no padding and must not reach the
 * hooks, so call it before the first allocation. */
PANAMEM_API void PyMem_SetupDebugHooks(void);

/* ---- Arena allocator (cpython/objimpl.h) ---------------------------------------------------------------------------------- */

typedef struct {
  void *ctx;
  void *(*alloc)(void *ctx, size_t size);
  void (*free)(void *ctx, void *ptr, size_t size);
} PyObjectArenaAllocator;

/* Copies out, or in, the allocator of arenas. Only the `pymalloc` allocator asks it; the others keep their own range
 * and leave it unused. Set it before the first allocation. */
PANAMEM_API void PyObject_GetArenaAllocator(PyObjectArenaAllocator *allocator);
PANAMEM_API void PyObject_SetArenaAllocator(PyObjectArenaAllocator *allocator);

/* ---- tracemalloc (cpython/tracemalloc.h) ---------------------------------------------------------------------------------- */

/* 0, or -1 without memory for the trace, or -2 when nothing traces. Any thread. Domain 0 is that of the functions
 * above; other numbers belong to extensions. */
PANAMEM_API int PyTraceMalloc_Track(unsigned int domain, uintptr_t ptr, size_t size);

/* 0, also for a block that is not tracked, or -2 when nothing traces. Any thread. */
PANAMEM_API int PyTraceMalloc_Untrack(unsigned int domain, uintptr_t ptr);

#ifdef __cplusplus
}
#endif

#endif /* !Py_PYTHON_H */

/* ---- What a compiled extension relies on, here and in every CPython from 3.11 to 3.15 ------------------------------------- */

PANAMEM_PYMEM_ASSERT(sizeof(Py_ssize_t) == sizeof(size_t), "Py_ssize_t is a signed size_t");
PANAMEM_PYMEM_ASSERT(PY_SSIZE_T_MAX == INT64_MAX, "sizes above 2^63-1 are refused");
#ifndef Py_LIMITED_API
PANAMEM_PYMEM_ASSERT(sizeof(PyMemAllocatorDomain) == 4, "an enum of 4 bytes");
PANAMEM_PYMEM_ASSERT(PYMEM_DOMAIN_RAW == 0 && PYMEM_DOMAIN_MEM == 1 && PYMEM_DOMAIN_OBJ == 2, "domain numbers");
PANAMEM_PYMEM_ASSERT(sizeof(PyMemAllocatorName) == 4, "an enum of 4 bytes");
PANAMEM_PYMEM_ASSERT(PYMEM_ALLOCATOR_NOT_SET == 0 && PYMEM_ALLOCATOR_DEFAULT == 1 && PYMEM_ALLOCATOR_DEBUG == 2 &&
                         PYMEM_ALLOCATOR_MALLOC == 3 && PYMEM_ALLOCATOR_MALLOC_DEBUG == 4,
                     "allocator names");
PANAMEM_PYMEM_ASSERT(sizeof(PyMemAllocatorEx) == 40, "a row is five pointers");
PANAMEM_PYMEM_ASSERT(offsetof(PyMemAllocatorEx, ctx) == 0 && offsetof(PyMemAllocatorEx, malloc) == 8 &&
                         offsetof(PyMemAllocatorEx, calloc) == 16 && offsetof(PyMemAllocatorEx, realloc) == 24 &&
                         offsetof(PyMemAllocatorEx, free) == 32,
                     "the order of a row");
PANAMEM_PYMEM_ASSERT(sizeof(PyObjectArenaAllocator) == 24, "an arena allocator is three pointers");
PANAMEM_PYMEM_ASSERT(offsetof(PyObjectArenaAllocator, ctx) == 0 && offsetof(PyObjectArenaAllocator, alloc) == 8 &&
                         offsetof(PyObjectArenaAllocator, free) == 16,
                     "the order of an arena allocator");
#endif

#endif
