/* SPDX-License-Identifier: Apache-2.0
 *
 * The hooks, step by step as CPython's _PyMem_DebugRaw* and _PyMem_Debug* take them. The mem and object domains ask for
 * the GIL before each step; the raw domain does not.
 */
#include "debug.h"

#include <stdlib.h>
#include <string.h>

#include "../include/panamem/abi.h"
#include "debug_check.h"
#include "debug_gil.h"
#include "debug_layout.h"
#include "debug_probe.h"
#include "fail.h"
#include "fast_path.h"
#include "history.h"
#include "sites.h"

#define WORD PANAMEM_DEBUG_WORD_BYTES
#define LEAD PANAMEM_DEBUG_LEAD_BYTES
#define EXTRA PANAMEM_DEBUG_EXTRA_BYTES
#define ERASED_BYTES 64 /* realloc saves and erases this much at each end of a longer block */

/* One wrapped row; the ctx of the row that panamem_debug_wrap answers. Never freed: a saved row may name it. */
struct hooks {
  int domain;
  char api_id;
  PyMemAllocatorEx inner;
  struct hooks *next;
};

static struct hooks *all_hooks[PANAMEM_DOMAINS];

/* ---- Padding ------------------------------------------------------------------------------------------------------- */

static size_t least(size_t a, size_t b) {
  return a < b ? a : b;
}

/* Writes the padding around bytes bytes at block. */
static void put_padding(uint8_t *block, size_t bytes, char api_id) {
  uint64_t word = __builtin_bswap64(bytes);
  memcpy(block - LEAD, &word, WORD);
  *(block - WORD) = (uint8_t)api_id;
  memset(block - WORD + 1, PANAMEM_DEBUG_FORBIDDEN, WORD - 1);
  memset(block + bytes, PANAMEM_DEBUG_FORBIDDEN, WORD);
}

/* ---- Rows that ask rows -------------------------------------------------------------------------------------------------- */

/* How many hooks of the thread have called the row below them. What that asks for, as `pymalloc` asks the raw domain for what
 * is large, is no request of the program. */
static __thread uint32_t rows_below __attribute__((tls_model("initial-exec")));

static void *inner_allocate(const PyMemAllocatorEx *inner, size_t bytes, bool zeroed) {
  rows_below++;
  void *base = zeroed ? inner->calloc(inner->ctx, 1, bytes) : inner->malloc(inner->ctx, bytes);
  rows_below--;
  return base;
}

static void *inner_resize(const PyMemAllocatorEx *inner, void *base, size_t bytes) {
  rows_below++;
  void *moved = inner->realloc(inner->ctx, base, bytes);
  rows_below--;
  return moved;
}

static void inner_free(const PyMemAllocatorEx *inner, void *base) {
  rows_below++;
  inner->free(inner->ctx, base);
  rows_below--;
}

/* A block that is not the program's is of age 0, which no leak test counts. */
static void begin_history(const struct hooks *hooks, const void *block, size_t bytes, uintptr_t caller) {
  panamem_history_begin(block, hooks->domain, bytes, panamem_site_here(caller));
  if (rows_below > 0) {
    panamem_history_keep_age(block, 0);
  }
}

/* ---- What the hooks do ------------------------------------------------------------------------------------------------------- */

/* Failure testing (fail.h): it is as if there were no memory. */
static bool is_refused(const struct hooks *hooks, size_t bytes, uintptr_t caller) {
  return UNLIKELY(__atomic_load_n(&panamem_fail_watches, __ATOMIC_RELAXED)) &&
         panamem_fail_refuses(hooks->domain, bytes, caller, rows_below > 0);
}

static void *allocate(struct hooks *hooks, size_t bytes, bool zeroed, uintptr_t caller) {
  if (__atomic_load_n(&panamem_debug_probes, __ATOMIC_RELAXED) != 0) {
    panamem_debug_probe_note(hooks->api_id);
  }
  if (bytes > (size_t)PY_SSIZE_T_MAX - EXTRA || is_refused(hooks, bytes, caller)) {
    return NULL;
  }
  uint8_t *base = inner_allocate(&hooks->inner, bytes + EXTRA, zeroed);
  if (base == NULL) {
    return NULL;
  }
  uint8_t *block = base + LEAD;
  put_padding(block, bytes, hooks->api_id);
  if (!zeroed) {
    memset(block, PANAMEM_DEBUG_CLEAN, bytes);
  }
  begin_history(hooks, block, bytes, caller);
  return block;
}

static void release(struct hooks *hooks, void *ptr, uintptr_t caller) {
  if (__atomic_load_n(&panamem_debug_probes, __ATOMIC_RELAXED) != 0) {
    panamem_debug_probe_note(hooks->api_id);
  }
  if (ptr == NULL) {
    return;
  }
  uint8_t *block = ptr;
  struct panamem_history history;
  panamem_debug_admit(&(struct panamem_debug_call){"Free", hooks->domain, caller}, block, &history);
  uint8_t *base = block - LEAD;
  memset(base, PANAMEM_DEBUG_DEAD, panamem_debug_bytes(block) + EXTRA);
  inner_free(&hooks->inner, base);
}

/* What realloc keeps aside while the inner row may move or lose the block: all data, or the first and last bytes. */
struct saved {
  size_t bytes;      /* of the block */
  size_t head_bytes; /* from the beginning */
  size_t tail_bytes; /* up to the end */
  uint8_t data[2 * ERASED_BYTES];
};

/* Saves, and fills what was saved and the padding with dead bytes, so that nobody reads it through an old pointer. */
static void save_and_erase(struct saved *saved, uint8_t *block) {
  saved->bytes = panamem_debug_bytes(block);
  bool whole = saved->bytes <= 2 * ERASED_BYTES;
  saved->head_bytes = whole ? saved->bytes : ERASED_BYTES;
  saved->tail_bytes = whole ? 0 : ERASED_BYTES;
  uint8_t *tail = block + saved->bytes - saved->tail_bytes;
  memcpy(saved->data, block, saved->head_bytes);
  memcpy(saved->data + saved->head_bytes, tail, saved->tail_bytes);
  memset(block - LEAD, PANAMEM_DEBUG_DEAD, LEAD + saved->head_bytes);
  memset(tail, PANAMEM_DEBUG_DEAD, saved->tail_bytes + WORD);
}

/* Puts back as much as fits into bytes bytes at block. */
static void restore(const struct saved *saved, uint8_t *block, size_t bytes) {
  size_t tail_at = saved->bytes - saved->tail_bytes;
  memcpy(block, saved->data, least(saved->head_bytes, bytes));
  if (bytes > tail_at) {
    memcpy(block + tail_at, saved->data + saved->head_bytes, least(saved->tail_bytes, bytes - tail_at));
  }
}

static void *resize(struct hooks *hooks, void *ptr, size_t new_size, uintptr_t caller) {
  if (ptr == NULL) {
    return allocate(hooks, new_size, false, caller);
  }
  if (is_refused(hooks, new_size, caller)) {
    return NULL;
  }
  struct panamem_history history;
  panamem_debug_admit(&(struct panamem_debug_call){"Realloc", hooks->domain, caller}, ptr, &history);
  if (new_size > (size_t)PY_SSIZE_T_MAX - EXTRA) {
    panamem_history_resume(&history);
    return NULL;
  }
  struct saved saved;
  save_and_erase(&saved, ptr);
  uint8_t *base = inner_resize(&hooks->inner, (uint8_t *)ptr - LEAD, new_size + EXTRA);
  if (base == NULL) {
    put_padding(ptr, saved.bytes, hooks->api_id);
    restore(&saved, ptr, saved.bytes);
    panamem_history_resume(&history);
    return NULL;
  }
  uint8_t *block = base + LEAD;
  put_padding(block, new_size, hooks->api_id);
  restore(&saved, block, new_size);
  if (new_size > saved.bytes) {
    memset(block + saved.bytes, PANAMEM_DEBUG_CLEAN, new_size - saved.bytes);
  }
  panamem_history_begin(block, hooks->domain, new_size, panamem_site_here(caller));
  panamem_history_keep_age(block, history.age);
  return block;
}

/* ---- The functions of the rows ------------------------------------------------------------------------------------------- */

/* What the program's call returns to: PyMem_Malloc and its siblings jump here. */
#define CALLER ((uintptr_t)__builtin_return_address(0))

static void *raw_malloc(void *ctx, size_t size) {
  return allocate(ctx, size, false, CALLER);
}

static void *raw_calloc(void *ctx, size_t nelem, size_t elsize) {
  return allocate(ctx, nelem * elsize, true, CALLER);
}

static void *raw_realloc(void *ctx, void *ptr, size_t new_size) {
  return resize(ctx, ptr, new_size, CALLER);
}

static void raw_free(void *ctx, void *ptr) {
  release(ctx, ptr, CALLER);
}

static void require_gil(const struct hooks *hooks, const char *operation, const void *address, uintptr_t caller) {
  if (__atomic_load_n(&panamem_debug_probes, __ATOMIC_RELAXED) != 0 && panamem_debug_probe_note(hooks->api_id)) {
    return;
  }
  panamem_debug_require_gil(&(struct panamem_debug_call){operation, hooks->domain, caller}, address);
}

static void *gil_malloc(void *ctx, size_t size) {
  require_gil(ctx, "Malloc", NULL, CALLER);
  return allocate(ctx, size, false, CALLER);
}

static void *gil_calloc(void *ctx, size_t nelem, size_t elsize) {
  require_gil(ctx, "Calloc", NULL, CALLER);
  return allocate(ctx, nelem * elsize, true, CALLER);
}

static void *gil_realloc(void *ctx, void *ptr, size_t new_size) {
  require_gil(ctx, "Realloc", ptr, CALLER);
  return resize(ctx, ptr, new_size, CALLER);
}

static void gil_free(void *ctx, void *ptr) {
  require_gil(ctx, "Free", ptr, CALLER);
  release(ctx, ptr, CALLER);
}

/* ---- Wrapping -------------------------------------------------------------------------------------------------------- */

static bool is_hooked(const PyMemAllocatorEx *row) {
  return row->malloc == raw_malloc || row->malloc == gil_malloc;
}

bool panamem_debug_inner(const PyMemAllocatorEx *row, PyMemAllocatorEx *inner) {
  if (!is_hooked(row)) {
    return false;
  }
  *inner = ((const struct hooks *)row->ctx)->inner;
  return true;
}

/* Hooks that were made over this row before. */
static struct hooks *find_hooks(PyMemAllocatorDomain domain, const PyMemAllocatorEx *inner) {
  struct hooks *hooks = __atomic_load_n(&all_hooks[domain], __ATOMIC_ACQUIRE);
  while (hooks != NULL && memcmp(&hooks->inner, inner, sizeof *inner) != 0) {
    hooks = hooks->next;
  }
  return hooks;
}

/* libc's malloc, because a hook for the domains must not come from them. */
static struct hooks *make_hooks(PyMemAllocatorDomain domain, const PyMemAllocatorEx *inner) {
  struct hooks *hooks = malloc(sizeof *hooks);
  if (hooks == NULL) {
    return NULL;
  }
  *hooks = (struct hooks){(int)domain, panamem_debug_api_id((int)domain), *inner, __atomic_load_n(&all_hooks[domain], __ATOMIC_ACQUIRE)};
  while (!__atomic_compare_exchange_n(&all_hooks[domain], &hooks->next, hooks, false, __ATOMIC_RELEASE,
                                      __ATOMIC_ACQUIRE)) {
  }
  return hooks;
}

bool panamem_debug_exists(void) {
  return __atomic_load_n(&all_hooks[PYMEM_DOMAIN_OBJ], __ATOMIC_ACQUIRE) != NULL ||
         __atomic_load_n(&all_hooks[PYMEM_DOMAIN_MEM], __ATOMIC_ACQUIRE) != NULL;
}

void panamem_debug_wrap(PyMemAllocatorDomain domain, const PyMemAllocatorEx *inner, PyMemAllocatorEx *out) {
  *out = *inner;
  if (is_hooked(inner)) {
    return;
  }
  panamem_debug_gil_prepare();
  panamem_sites_prepare();
  panamem_fail_prepare();
  bool some_exist = __atomic_load_n(&all_hooks[domain], __ATOMIC_ACQUIRE) != NULL;
  if (some_exist && panamem_debug_probe(inner, panamem_debug_api_id((int)domain))) {
    return;
  }
  struct hooks *hooks = find_hooks(domain, inner);
  if (hooks == NULL) {
    hooks = make_hooks(domain, inner);
  }
  if (hooks == NULL) {
    return;
  }
  *out = domain == PYMEM_DOMAIN_RAW ? (PyMemAllocatorEx){hooks, raw_malloc, raw_calloc, raw_realloc, raw_free}
                                    : (PyMemAllocatorEx){hooks, gil_malloc, gil_calloc, gil_realloc, gil_free};
}
