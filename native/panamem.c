/* SPDX-License-Identifier: Apache-2.0
 *
 * The public functions of panamem.h that are not a file of their own.
 */
#include "../include/panamem/panamem.h"

#include <stdbool.h>
#include <stdio.h>

#include "arrival.h"
#include "boot.h"
#include "choice.h"
#include "depot.h"
#include "entry.h"
#include "guard_table.h"
#include "heap.h"
#include "image.h"
#include "lock.h"
#include "magazine.h"
#include "page_heap.h"
#include "pymalloc_map.h"
#include "start.h"
#include "thread.h"

const char *panamem_version(void) {
  return PANAMEM_VERSION;
}

const char *panamem_active(void) {
  return panamem_choice.name;
}

const char *panamem_start_error(void) {
  return panamem_arrival.error;
}

enum panamem_core panamem_active_core(void) {
  switch (panamem_state()) {
    case PANAMEM_STATE_IDLE:
      return PANAMEM_CORE_NONE;
    case PANAMEM_STATE_BOOTING:
      return PANAMEM_CORE_BOOTING;
    case PANAMEM_STATE_READY:
      return panamem_image_has_served() ? PANAMEM_CORE_NATIVE : PANAMEM_CORE_JVM;
    default:
      return PANAMEM_CORE_FALLBACK;
  }
}

int panamem_start(void) {
  if (!panamem_choice.java) {
    return 0;
  }
  if (!panamem_prepare_and_boot()) {
    return -1;
  }
  if (panamem_state() == PANAMEM_STATE_BOOTING) {
    panamem_boot_wait(true);
  }
  return panamem_state() == PANAMEM_STATE_READY ? 0 : -1;
}

/* The calling thread when it may cross, else NULL. */
static struct panamem_thread *crossing_thread(void) {
  struct panamem_thread *thread = panamem_prepare() ? panamem_thread_ensure() : NULL;
  return thread != NULL && panamem_gate_open(thread) ? thread : NULL;
}

int64_t panamem_ping(int64_t value) {
  struct panamem_thread *thread = panamem_self;
  /* The struct that threads share before their first request must not be attached: its gate stays shut. */
  if ((thread->gate_bytes == 0 || !panamem_gate_open(thread)) && (thread = crossing_thread()) == NULL) {
    return 0;
  }
  return panamem_cross(thread, PANAMEM_ENTRY_PING, value, 0, 0);
}

size_t panamem_usable_size(const void *block) {
  const struct panamem_guarded *guarded = panamem_guarded_at(block);
  if (panamem_guarded_state(guarded) == PANAMEM_GUARD_LIVE && guarded->block == (uint64_t)block) {
    return guarded->bytes;
  }
  size_t usable_bytes = panamem_block_bytes(block);
  return usable_bytes != 0 ? usable_bytes : panamem_py_usable_bytes(block);
}

int panamem_limit(int domain, uint64_t bytes) {
  uint64_t limit = bytes == 0 ? UINT64_MAX : bytes;
  struct panamem_page_heap *heap = &panamem_heap.page_heap;
  if (domain != PANAMEM_ALL_DOMAINS && (domain < 0 || domain >= PANAMEM_DOMAINS)) {
    return -1;
  }
  panamem_prepare();
  panamem_lock(&heap->lock);
  if (domain == PANAMEM_ALL_DOMAINS) {
    heap->limit_bytes = limit;
  } else {
    heap->domain_limit_bytes[domain] = limit;
  }
  panamem_unlock(&heap->lock);
  return 0;
}

uint64_t panamem_purge(uint64_t keep_bytes) {
  struct panamem_thread *thread = crossing_thread();
  if (thread != NULL) {
    panamem_thread_flush(thread);
    panamem_depots_empty();
    int64_t keep = keep_bytes > INT64_MAX ? INT64_MAX : (int64_t)keep_bytes;
    int64_t purged = panamem_cross(thread, PANAMEM_ENTRY_PURGE, (int64_t)thread, keep, 0);
    return purged == 0 ? 0 : (uint64_t)purged - 1;
  }
  struct panamem_page_heap *heap = &panamem_heap.page_heap;
  if (!panamem_prepare()) {
    return 0;
  }
  if ((thread = panamem_thread_ensure()) != NULL) {
    panamem_thread_flush(thread);
  }
  panamem_depots_empty();
  panamem_lock(&heap->lock);
  uint64_t before = heap->purged_total_bytes;
  panamem_runs_purge(keep_bytes);
  uint64_t purged = heap->purged_total_bytes - before;
  panamem_unlock(&heap->lock);
  return purged;
}

int panamem_check(char *text, size_t text_bytes) {
  struct panamem_thread *thread = crossing_thread();
  if (thread == NULL) {
    return -1;
  }
  bool has_room = text != NULL && text_bytes > 0;
  if (has_room) { /* Java may have no memory left to say this itself */
    snprintf(text, text_bytes, "the check ended early; its own objects most likely found no memory");
  }
  bool is_sound = panamem_cross(thread, PANAMEM_ENTRY_CHECK, (int64_t)thread, (int64_t)text, (int64_t)text_bytes) != 0;
  if (has_room && is_sound) {
    text[0] = '\0';
  }
  return is_sound;
}

int64_t panamem_java_heap_bytes(void) {
  struct panamem_thread *thread = crossing_thread();
  return thread == NULL ? -1 : panamem_cross(thread, PANAMEM_ENTRY_GARBAGE, 0, 0, 0) - 1;
}
