/* SPDX-License-Identifier: Apache-2.0
 *
 * Powers of two, carved from mapped chunks and kept on one free list each. Nothing goes back to the OS: the sum is
 * bounded by the most threads that ever lived at once.
 */
#include "meta.h"

#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#include "lock.h"

#define LEAST_SHIFT 6
#define MOST_SHIFT 16
#define CHUNK_BYTES (256 * 1024u)

struct free_piece {
  struct free_piece *next;
};

static uint32_t lock;
static struct free_piece *free_pieces[MOST_SHIFT + 1];
static char *chunk, *chunk_end;

static uint32_t shift_of(size_t bytes) {
  uint32_t shift = LEAST_SHIFT;
  while (((size_t)1 << shift) < bytes) {
    shift++;
  }
  return shift;
}

static void push(void *memory, uint32_t shift) {
  struct free_piece *piece = memory;
  piece->next = free_pieces[shift];
  free_pieces[shift] = piece;
}

/* A piece from the end of the chunk, or NULL when it is used up. Keeps every piece aligned to a cache line. */
static void *carve(uint32_t shift) {
  size_t bytes = (size_t)1 << shift;
  if ((size_t)(chunk_end - chunk) < bytes) {
    return NULL;
  }
  chunk_end -= bytes;
  return chunk_end;
}

/* Puts what is left of the chunk on the free lists and maps another. */
static void renew_chunk(void) {
  while (chunk_end - chunk >= 1 << LEAST_SHIFT) {
    uint32_t shift = MOST_SHIFT;
    while ((chunk_end - chunk) < 1 << shift) {
      shift--;
    }
    push(carve(shift), shift);
  }
  void *mapped = mmap(NULL, CHUNK_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped != MAP_FAILED) {
    chunk = mapped;
    chunk_end = chunk + CHUNK_BYTES;
  }
}

void *panamem_meta_allocate_unset(size_t bytes) {
  uint32_t shift = shift_of(bytes);
  panamem_lock(&lock);
  void *memory = free_pieces[shift];
  if (memory != NULL) {
    free_pieces[shift] = free_pieces[shift]->next;
  } else {
    memory = carve(shift);
    if (memory == NULL) {
      renew_chunk();
      memory = carve(shift);
    }
  }
  panamem_unlock(&lock);
  return memory;
}

void *panamem_meta_allocate(size_t bytes) {
  void *memory = panamem_meta_allocate_unset(bytes);
  return memory == NULL ? NULL : memset(memory, 0, bytes);
}

void panamem_meta_free(void *memory, size_t bytes) {
  if (memory != NULL) {
    panamem_lock(&lock);
    push(memory, shift_of(bytes));
    panamem_unlock(&lock);
  }
}

void panamem_meta_lock(void) {
  panamem_lock(&lock);
}

void panamem_meta_unlock(void) {
  panamem_unlock(&lock);
}
