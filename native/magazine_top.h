/* SPDX-License-Identifier: Apache-2.0
 *
 * The top of a magazine: the one word that the fast paths of all rows pop and push.
 */
#ifndef PANAMEM_NATIVE_MAGAZINE_TOP_H
#define PANAMEM_NATIVE_MAGAZINE_TOP_H

#include <stdbool.h>
#include <stddef.h>

#include "../include/panamem/abi.h"
#include "fast_path.h"

/* Pops a block, or answers NULL and changes nothing. */
static inline void *panamem_magazine_pop(struct panamem_magazine *magazine) {
  void **top = magazine->top;
  void *block = *top;
  if (LIKELY(block != NULL)) {
    magazine->top = top - 1;
    magazine->allocations++;
  }
  return block;
}

/* Pushes a block; false, and nothing has changed, where there is no room. */
static inline bool panamem_magazine_push(struct panamem_magazine *magazine, void *block) {
  void **top = magazine->top;
  if (UNLIKELY(top == magazine->limit)) {
    return false;
  }
  __builtin_prefetch(block); /* nothing is written into it: it would be cold when it is handed out again */
  top[1] = block;
  magazine->top = top + 1;
  return true;
}

#endif
