/* SPDX-License-Identifier: Apache-2.0
 *
 * Linked into programs of others with -Wl,--wrap: their malloc family leads to PyMem_Raw*, the same way for every
 * contender.
 *
 * Aligned blocks stay libc's for all of them, since CPython's API has none. They come to free and realloc like any other:
 * a bit for each 16 bytes of address space says which are libc's. The map is reserved at the first aligned block, so a
 * program without one pays for a load and a branch.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <panamem/pymem.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define WRAPPED(result, name, ...) __attribute__((used)) result __wrap_##name(__VA_ARGS__)

static _Noreturn void fail(const char *what) {
  fprintf(stderr, "wrap.c: %s\n", what);
  abort();
}

/* ---- libc's aligned blocks ------------------------------------------------------------------------------------------- */

#define GRANULE_SHIFT 4
#define WORD_SHIFT (GRANULE_SHIFT + 6) /* 64 granules a word */
#define ADDRESS_BITS 47

static uint64_t *aligned_map; /* NULL: no aligned block was ever asked for */

/* Of libc itself, although a preloaded contender may stand before it. */
static struct {
  void *(*memalign)(size_t alignment, size_t bytes);
  void *(*realloc)(void *block, size_t bytes);
  void (*free)(void *block);
} libc;

static void find(void *library, const char *name, void *function) {
  void *address = dlsym(library, name);
  if (address == NULL) {
    fail(name);
  }
  memcpy(function, &address, sizeof address);
}

static uint64_t *map_of_aligned(void) {
  uint64_t *map = __atomic_load_n(&aligned_map, __ATOMIC_ACQUIRE);
  if (map != NULL) {
    return map;
  }
  size_t bytes = ((size_t)1 << (ADDRESS_BITS - WORD_SHIFT)) * sizeof(uint64_t);
  map = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  void *library = dlopen("libc.so.6", RTLD_NOW | RTLD_NOLOAD);
  if (map == MAP_FAILED || library == NULL) {
    fail("cannot prepare for aligned blocks");
  }
  find(library, "memalign", &libc.memalign);
  find(library, "realloc", &libc.realloc);
  find(library, "free", &libc.free);
  uint64_t *other = NULL;
  if (!__atomic_compare_exchange_n(&aligned_map, &other, map, false, __ATOMIC_RELEASE, __ATOMIC_ACQUIRE)) {
    munmap(map, bytes);
    map = other;
  }
  return map;
}

static uint64_t bit_of(const void *block) {
  return UINT64_C(1) << ((uintptr_t)block >> GRANULE_SHIFT & 63);
}

static void *marked(void *block) {
  if (block != NULL) {
    __atomic_fetch_or(&map_of_aligned()[(uintptr_t)block >> WORD_SHIFT], bit_of(block), __ATOMIC_RELAXED);
  }
  return block;
}

static void unmark(void *block) {
  __atomic_fetch_and(&aligned_map[(uintptr_t)block >> WORD_SHIFT], ~bit_of(block), __ATOMIC_RELAXED);
}

static inline bool is_libcs(const void *block) {
  uint64_t *map = __atomic_load_n(&aligned_map, __ATOMIC_ACQUIRE);
  return map != NULL && (__atomic_load_n(&map[(uintptr_t)block >> WORD_SHIFT], __ATOMIC_RELAXED) & bit_of(block)) != 0;
}

WRAPPED(void *, memalign, size_t alignment, size_t bytes) {
  map_of_aligned();
  return marked(libc.memalign(alignment, bytes));
}

WRAPPED(void *, aligned_alloc, size_t alignment, size_t bytes) {
  return __wrap_memalign(alignment, bytes);
}

WRAPPED(int, posix_memalign, void **block, size_t alignment, size_t bytes) {
  if (alignment % sizeof(void *) != 0 || (alignment & (alignment - 1)) != 0) {
    return EINVAL;
  }
  void *made = __wrap_memalign(alignment, bytes);
  if (made == NULL) {
    return ENOMEM;
  }
  *block = made;
  return 0;
}

/* ---- The malloc family -------------------------------------------------------------------------------------------------- */

WRAPPED(void *, malloc, size_t bytes) {
  return PyMem_RawMalloc(bytes);
}

WRAPPED(void *, calloc, size_t count, size_t bytes) {
  return PyMem_RawCalloc(count, bytes);
}

WRAPPED(void, free, void *block) {
  if (__builtin_expect(is_libcs(block), 0)) {
    unmark(block);
    libc.free(block);
  } else {
    PyMem_RawFree(block);
  }
}

/* libc frees the block where CPython's function would keep one of no bytes. */
WRAPPED(void *, realloc, void *block, size_t bytes) {
  if (block != NULL && bytes == 0) {
    __wrap_free(block);
    return NULL;
  }
  if (__builtin_expect(is_libcs(block), 0)) {
    unmark(block);
    return marked(libc.realloc(block, bytes));
  }
  return PyMem_RawRealloc(block, bytes);
}

static char *copy_of(const char *text, size_t length) {
  char *copy = PyMem_RawMalloc(length + 1);
  if (copy != NULL) {
    memcpy(copy, text, length);
    copy[length] = '\0';
  }
  return copy;
}

WRAPPED(char *, strdup, const char *text) {
  return copy_of(text, strlen(text));
}

WRAPPED(char *, strndup, const char *text, size_t most) {
  return copy_of(text, strnlen(text, most));
}

/* ---- C++: operators new and delete ---------------------------------------------------------------------------------------- */

/* No exception is thrown from C: a program that runs out of memory is not measured. */
static void *new_block(size_t bytes) {
  void *block = PyMem_RawMalloc(bytes);
  if (__builtin_expect(block == NULL, 0)) {
    fail("operator new: out of memory");
  }
  return block;
}

WRAPPED(void *, _Znwm, size_t bytes) {
  return new_block(bytes);
}

WRAPPED(void *, _Znam, size_t bytes) {
  return new_block(bytes);
}

WRAPPED(void *, _ZnwmRKSt9nothrow_t, size_t bytes, const void *nothrow) {
  (void)nothrow;
  return PyMem_RawMalloc(bytes);
}

WRAPPED(void *, _ZnamRKSt9nothrow_t, size_t bytes, const void *nothrow) {
  (void)nothrow;
  return PyMem_RawMalloc(bytes);
}

WRAPPED(void, _ZdlPv, void *block) {
  PyMem_RawFree(block);
}

WRAPPED(void, _ZdaPv, void *block) {
  PyMem_RawFree(block);
}

WRAPPED(void, _ZdlPvm, void *block, size_t bytes) {
  (void)bytes;
  PyMem_RawFree(block);
}

WRAPPED(void, _ZdaPvm, void *block, size_t bytes) {
  (void)bytes;
  PyMem_RawFree(block);
}

WRAPPED(void, _ZdlPvRKSt9nothrow_t, void *block, const void *nothrow) {
  (void)nothrow;
  PyMem_RawFree(block);
}

WRAPPED(void, _ZdaPvRKSt9nothrow_t, void *block, const void *nothrow) {
  (void)nothrow;
  PyMem_RawFree(block);
}
