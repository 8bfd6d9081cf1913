/* SPDX-License-Identifier: Apache-2.0
 *
 * Where foreign blocks go: libc, until a CPython's own rows are known.
 */
#include "previous.h"

#include <stdlib.h>

static void *libc_malloc(void *ctx, size_t bytes) {
  (void)ctx;
  return malloc(bytes == 0 ? 1 : bytes);
}

static void *libc_calloc(void *ctx, size_t count, size_t element_bytes) {
  (void)ctx;
  return count == 0 || element_bytes == 0 ? calloc(1, 1) : calloc(count, element_bytes);
}

static void *libc_realloc(void *ctx, void *block, size_t bytes) {
  (void)ctx;
  return realloc(block, bytes == 0 ? 1 : bytes);
}

static void libc_free(void *ctx, void *block) {
  (void)ctx;
  free(block);
}

#define LIBC_ROW {NULL, libc_malloc, libc_calloc, libc_realloc, libc_free}

PyMemAllocatorEx panamem_previous[PANAMEM_DOMAINS] = {LIBC_ROW, LIBC_ROW, LIBC_ROW};
