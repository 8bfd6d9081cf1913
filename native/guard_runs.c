/* SPDX-License-Identifier: Apache-2.0
 *
 * A record is in one queue at most. Whoever takes that of an ended block out of its queue has the run alone.
 */
#include "guard_runs.h"

#include <stdbool.h>

#include "guard_pages.h"
#include "heap.h"
#include "magazine.h"
#include "options.h"

#define SPARE_MOST 256u /* runs, per domain */

static uint32_t shut_most;

void panamem_guard_runs_prepare(void) {
  shut_most = panamem_guard_pages_most();
}

/* ---- Quarantine -------------------------------------------------------------------------------------------------------- */

static void give_back(struct panamem_guarded *guarded) {
  char *run = panamem_guard_run_of(guarded);
  panamem_guard_pages_open(run, panamem_guard_run_bytes_of(guarded));
  guarded->was_moved = guarded->state == PANAMEM_GUARD_MOVED;
  __atomic_store_n(&guarded->state, PANAMEM_GUARD_GONE, __ATOMIC_RELEASE);
  panamem_arena_free(PANAMEM_DOMAIN_CONTEXT(guarded->domain), run);
}

/* Takes the oldest out of the queue while that holds more than so much. */
static struct panamem_guarded *take_surplus(struct panamem_guard_queue *queue, uint64_t most_bytes, uint64_t most_blocks) {
  panamem_guard_lock();
  struct panamem_guarded *oldest = NULL;
  if (queue->bytes > most_bytes || queue->count > most_blocks) {
    oldest = panamem_guard_queue_oldest(queue);
    panamem_guard_queue_remove(queue, oldest);
  }
  panamem_guard_unlock();
  return oldest;
}

static bool make_spare(struct panamem_guarded *guarded) {
  struct panamem_guard_queue *spare = &panamem_guard_spare[guarded->domain];
  panamem_guard_lock();
  bool has_room = guarded->run_pages == 1 && spare->count < SPARE_MOST;
  if (has_room) {
    panamem_guard_queue_add(spare, guarded);
  }
  panamem_guard_unlock();
  return has_room;
}

static void keep_in_quarantine(struct panamem_guarded *guarded) {
  panamem_guard_lock();
  panamem_guard_queue_add(&panamem_guard_quarantine, guarded);
  panamem_guard_unlock();
  struct panamem_guarded *surplus;
  while ((surplus = take_surplus(&panamem_guard_quarantine, panamem_options.guard_quarantine_bytes,
                                 panamem_options.guard_quarantine_blocks)) != NULL) {
    if (!make_spare(surplus)) {
      give_back(surplus);
    }
  }
}

static bool give_back_all(struct panamem_guard_queue *queue) {
  struct panamem_guarded *oldest;
  bool any = false;
  while ((oldest = take_surplus(queue, 0, 0)) != NULL) {
    give_back(oldest);
    any = true;
  }
  return any;
}

/* The heap is at its limit: everything that is shut goes back to it. Whether there was anything. */
static bool give_back_quarantine(void) {
  bool any = give_back_all(&panamem_guard_quarantine);
  for (int domain = 0; domain < PANAMEM_DOMAINS; domain++) {
    any = give_back_all(&panamem_guard_spare[domain]) || any;
  }
  return any;
}

/* ---- Where shut pages cost mappings: the blocks that are live for longest do without ------------------------------------- */

void panamem_guard_run_begin(struct panamem_guarded *guarded) {
  if (panamem_guard_pages_are_light) {
    return;
  }
  panamem_guard_lock();
  panamem_guard_queue_add(&panamem_guard_shut_live, guarded);
  guarded->counts_mappings = true;
  if (panamem_guard_shut_live.count > shut_most) {
    struct panamem_guarded *oldest = panamem_guard_queue_oldest(&panamem_guard_shut_live);
    panamem_guard_queue_remove(&panamem_guard_shut_live, oldest);
    oldest->counts_mappings = false;
    panamem_guard_pages_open(panamem_guard_run_of(oldest), panamem_guard_run_bytes_of(oldest));
  }
  panamem_guard_unlock();
}

static void forget_mappings(struct panamem_guarded *guarded) {
  if (panamem_guard_pages_are_light) {
    return;
  }
  panamem_guard_lock();
  if (guarded->counts_mappings) {
    panamem_guard_queue_remove(&panamem_guard_shut_live, guarded);
    guarded->counts_mappings = false;
  }
  panamem_guard_unlock();
}

/* ---- A run's way -------------------------------------------------------------------------------------------------------- */

/* A shut run, from a block that was freed long ago or from the heap. */
static char *take_shut_run(void *ctx, size_t run_bytes) {
  if (run_bytes == PANAMEM_PAGE_BYTES) {
    struct panamem_guarded *spare = take_surplus(&panamem_guard_spare[panamem_guard_domain_of(ctx)], 0, 0);
    if (spare != NULL) {
      return panamem_guard_run_of(spare);
    }
  }
  char *run = panamem_arena_pages(ctx, run_bytes);
  if (run == NULL && give_back_quarantine()) {
    run = panamem_arena_pages(ctx, run_bytes);
  }
  if (run == NULL || panamem_guard_pages_shut(run, run_bytes)) {
    return run;
  }
  panamem_guard_pages_open(run, run_bytes);
  panamem_arena_free(ctx, run);
  return NULL;
}

char *panamem_guard_run_take(void *ctx, size_t bytes, struct panamem_guard_place *place) {
  size_t run_bytes = panamem_guard_run_bytes_for(bytes);
  char *run = take_shut_run(ctx, run_bytes);
  if (run == NULL) {
    return NULL;
  }
  *place = panamem_guard_place_in(run, run_bytes, bytes);
  if (panamem_guard_pages_open(place->open_first, place->open_bytes)) {
    return run;
  }
  panamem_guard_pages_open(run, run_bytes);
  panamem_arena_free(ctx, run);
  return NULL;
}

void panamem_guard_run_end(struct panamem_guarded *guarded) {
  forget_mappings(guarded);
  panamem_guard_pages_shut(panamem_guard_run_of(guarded), panamem_guard_run_bytes_of(guarded));
  keep_in_quarantine(guarded);
}
