/* SPDX-License-Identifier: Apache-2.0
 *
 * A few slots, each held by one probing thread. A slot that a fork left behind stays taken in the child: harmless.
 */
#include "debug_probe.h"

#include <pthread.h>
#include <stddef.h>

#define SLOTS 8

struct slot {
  uint32_t taken;
  char api_id;
  bool seen;
  pthread_t thread;
};

static struct slot slots[SLOTS];
uint32_t panamem_debug_probes;

static struct slot *take_slot(char api_id) {
  for (int i = 0; i < SLOTS; i++) {
    uint32_t released = 0;
    if (__atomic_compare_exchange_n(&slots[i].taken, &released, 1, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)) {
      slots[i].api_id = api_id;
      slots[i].seen = false;
      __atomic_store_n(&slots[i].thread, pthread_self(), __ATOMIC_RELEASE);
      __atomic_add_fetch(&panamem_debug_probes, 1, __ATOMIC_SEQ_CST);
      return &slots[i];
    }
  }
  return NULL;
}

static void release_slot(struct slot *slot) {
  __atomic_sub_fetch(&panamem_debug_probes, 1, __ATOMIC_SEQ_CST);
  __atomic_store_n(&slot->thread, (pthread_t)0, __ATOMIC_RELAXED);
  __atomic_store_n(&slot->taken, 0, __ATOMIC_RELEASE);
}

bool panamem_debug_probe(const PyMemAllocatorEx *row, char api_id) {
  struct slot *slot = take_slot(api_id);
  if (slot == NULL) {
    return false;
  }
  row->free(row->ctx, NULL); /* cannot be refused, but some hooks keep NULL to themselves */
  if (!slot->seen) {
    void *block = row->malloc(row->ctx, 1);
    if (block != NULL) {
      row->free(row->ctx, block);
    }
  }
  bool seen = slot->seen;
  release_slot(slot);
  return seen;
}

bool panamem_debug_probe_note(char api_id) {
  for (int i = 0; i < SLOTS; i++) {
    if (pthread_equal(__atomic_load_n(&slots[i].thread, __ATOMIC_ACQUIRE), pthread_self())) {
      if (slots[i].api_id == api_id) {
        slots[i].seen = true;
      }
      return true;
    }
  }
  return false;
}
