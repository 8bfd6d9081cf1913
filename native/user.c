/* SPDX-License-Identifier: Apache-2.0
 *
 * While the gate is shut (boot, forked child, small stack) the arena rows serve; their blocks lie in our range, so each
 * block finds its way back. A block of the user's allocator that is freed while the gate is shut is left alone, and one
 * that is resized moves to our range: its header of one alignment unit says how long it is.
 *
 *   ├ bytes asked for (8) ┼ mark (8) ┼ block …
 */
#include "user.h"

#include <stdint.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "entry.h"
#include "heap.h"
#include "magazine.h"
#include "previous.h"
#include "start.h"

#define HEADER_BYTES PANAMEM_ALIGNMENT
#define MARK 0x706e6d75736572ull /* mixed with the address, so that no copied header passes */

struct header {
  uint64_t bytes;
  uint64_t mark;
};

static struct panamem_thread *crossing_thread(void) {
  struct panamem_thread *thread = panamem_prepare_and_boot() ? panamem_thread_ensure() : NULL;
  return thread != NULL && panamem_gate_open(thread) ? thread : NULL;
}

static int64_t domain_of(const void *ctx) {
  return (int64_t)((uintptr_t)ctx >> PANAMEM_BIN_SHIFT);
}

static struct header *header_of(void *block) {
  return (struct header *)((char *)block - HEADER_BYTES);
}

#define OS_PAGE_LEAST_BYTES 4096u

/* What stands before a block of whatever allocator; false when nothing can. Within a page the block's neighbour or its
 * allocator's data is there; before a page there may be no memory at all, so the kernel reads for us. */
__attribute__((no_sanitize_address)) static bool read_mark(void *block, uint64_t *mark) {
  uint64_t *place = &header_of(block)->mark;
  if ((uint64_t)block % OS_PAGE_LEAST_BYTES != 0) {
    *mark = *place;
    return true;
  }
  struct iovec from = {place, sizeof *mark};
  struct iovec to = {mark, sizeof *mark};
  return process_vm_readv(getpid(), &to, 1, &from, 1, 0) == sizeof *mark;
}

static bool is_users(void *block) {
  uint64_t mark;
  return !panamem_is_ours(block) && read_mark(block, &mark) && mark == (MARK ^ (uint64_t)block);
}

static void *enter(void *base, size_t bytes) {
  if (base == NULL) {
    return NULL;
  }
  char *block = (char *)base + HEADER_BYTES;
  *(struct header *)base = (struct header){bytes, MARK ^ (uint64_t)block};
  return block;
}

void *panamem_user_malloc(void *ctx, size_t bytes) {
  struct panamem_thread *thread = crossing_thread();
  if (thread == NULL) {
    return panamem_arena_malloc(ctx, bytes);
  }
  if (bytes > SIZE_MAX / 2) {
    return NULL;
  }
  int64_t whole = (int64_t)(bytes + HEADER_BYTES);
  void *block = enter((void *)panamem_cross(thread, PANAMEM_ENTRY_USER_MALLOC, domain_of(ctx), whole, 0), bytes);
  thread->large_allocations += block != NULL;
  return block;
}

void *panamem_user_calloc(void *ctx, size_t count, size_t element_bytes) {
  size_t bytes;
  if (__builtin_mul_overflow(count, element_bytes, &bytes) || bytes > SIZE_MAX / 2) {
    return NULL;
  }
  struct panamem_thread *thread = crossing_thread();
  if (thread == NULL) {
    return panamem_arena_calloc(ctx, count, element_bytes);
  }
  int64_t whole = (int64_t)(bytes + HEADER_BYTES);
  void *block = enter((void *)panamem_cross(thread, PANAMEM_ENTRY_USER_CALLOC, domain_of(ctx), 1, whole), bytes);
  thread->large_allocations += block != NULL;
  return block;
}

/* To our range, because the user's allocator cannot be reached. */
static void *move_to_range(void *ctx, const void *block, size_t old_bytes, size_t bytes) {
  void *moved = panamem_arena_malloc(ctx, bytes);
  return moved == NULL ? NULL : memcpy(moved, block, old_bytes < bytes ? old_bytes : bytes);
}

void *panamem_user_realloc(void *ctx, void *block, size_t bytes) {
  if (block == NULL) {
    return panamem_user_malloc(ctx, bytes);
  }
  if (!is_users(block)) {
    return panamem_arena_realloc(ctx, block, bytes);
  }
  if (bytes > SIZE_MAX / 2) {
    return NULL;
  }
  struct header *header = header_of(block);
  struct panamem_thread *thread = crossing_thread();
  if (thread == NULL) {
    return move_to_range(ctx, block, header->bytes, bytes);
  }
  int64_t whole = (int64_t)(bytes + HEADER_BYTES);
  void *base = (void *)panamem_cross(thread, PANAMEM_ENTRY_USER_REALLOC, domain_of(ctx), (int64_t)header, whole);
  thread->resizes += base != NULL;
  return enter(base, bytes);
}

void panamem_user_free(void *ctx, void *block) {
  if (block == NULL) {
    return;
  }
  if (!is_users(block)) {
    panamem_arena_free(ctx, block);
    return;
  }
  struct panamem_thread *thread = crossing_thread();
  if (thread != NULL) {
    header_of(block)->mark = 0;
    panamem_cross(thread, PANAMEM_ENTRY_USER_FREE, domain_of(ctx), (int64_t)header_of(block), 0);
  }
}
