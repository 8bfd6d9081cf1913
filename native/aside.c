/* SPDX-License-Identifier: Apache-2.0
 *
 * Chunks from the OS, carved from one end.
 */
#include "aside.h"

#include <sched.h>
#include <sys/mman.h>

#include "lock.h"

#define CHUNK_BYTES (4ull << 20)
#define ALIGNMENT 32u
#define PATIENCE 100000 /* attempts; a holder that runs needs far fewer */

static uint32_t lock;
static char *chunk;
static size_t chunk_left;
static uint64_t taken_bytes;

bool panamem_aside_lock(void) {
  for (int attempt = 0; attempt < PATIENCE; attempt++) {
    if (panamem_lock_try(&lock)) {
      return true;
    }
    sched_yield();
  }
  return false;
}

void panamem_aside_unlock(void) {
  panamem_unlock(&lock);
}

void panamem_aside_before_fork(void) {
  panamem_lock(&lock);
}

static void *map(size_t bytes) {
  void *mapped = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return mapped == MAP_FAILED ? NULL : mapped;
}

static void *map_chunk(void) {
  void *mapped = taken_bytes + CHUNK_BYTES > PANAMEM_ASIDE_MOST_BYTES ? NULL : map(CHUNK_BYTES);
  taken_bytes += mapped == NULL ? 0 : CHUNK_BYTES;
  return mapped;
}

void *panamem_aside_allocate(size_t bytes) {
  bytes = (bytes + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
  if (bytes > chunk_left) {
    void *mapped = map_chunk();
    if (mapped == NULL) {
      return NULL;
    }
    chunk = mapped;
    chunk_left = CHUNK_BYTES;
  }
  void *memory = chunk;
  chunk += bytes;
  chunk_left -= bytes;
  return memory;
}

void *panamem_aside_reserve(void **place, size_t bytes) {
  void *reserved = __atomic_load_n(place, __ATOMIC_ACQUIRE);
  void *mapped = reserved == NULL ? map(bytes) : NULL;
  if (mapped == NULL) {
    return reserved;
  }
  if (__atomic_compare_exchange_n(place, &reserved, mapped, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
    return mapped;
  }
  munmap(mapped, bytes);
  return reserved;
}

uint64_t panamem_aside_bytes(void) {
  return __atomic_load_n(&taken_bytes, __ATOMIC_RELAXED);
}
