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
  if (taken_bytes + bytes > PANAMEM_ASIDE_MOST_BYTES) {
    return NULL;
  }
  void *mapped = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (mapped == MAP_FAILED) {
    return NULL;
  }
  taken_bytes += bytes;
  return mapped;
}

void *panamem_aside_allocate(size_t bytes) {
  bytes = (bytes + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
  if (bytes > chunk_left) {
    void *mapped = map(CHUNK_BYTES);
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

uint64_t panamem_aside_bytes(void) {
  return __atomic_load_n(&taken_bytes, __ATOMIC_RELAXED);
}
