/* SPDX-License-Identifier: Apache-2.0
 *
 * A block lies as near to the shut page of the chosen edge as its alignment allows.
 */
#include "guard_place.h"

#include <string.h>

#include "guard_pages.h"
#include "heap.h"
#include "options.h"

#define OS_PAGE ((size_t)PANAMEM_OS_PAGE_BYTES)
#define SHUT_BYTES (2 * OS_PAGE) /* at least one page on each side */

static size_t round_up(size_t bytes, size_t unit) {
  return (bytes + unit - 1) & ~(unit - 1);
}

size_t panamem_guard_run_bytes_for(size_t bytes) {
  return round_up(round_up(bytes, OS_PAGE) + SHUT_BYTES, PANAMEM_PAGE_BYTES);
}

struct panamem_guard_place panamem_guard_place_in(char *run, size_t run_bytes, size_t bytes) {
  struct panamem_guard_place place;
  size_t block_bytes = round_up(bytes, PANAMEM_ALIGNMENT);
  place.open_bytes = round_up(block_bytes, OS_PAGE);
  if (panamem_options.guard_edge == PANAMEM_EDGE_LEFT) {
    place.open_first = run + OS_PAGE;
    place.block = place.open_first;
  } else {
    place.open_first = run + run_bytes - OS_PAGE - place.open_bytes;
    place.block = place.open_first + place.open_bytes - block_bytes;
  }
  return place;
}

char *panamem_guard_run_of(const struct panamem_guarded *guarded) {
  return panamem_page_address(panamem_guarded_page(guarded));
}

size_t panamem_guard_run_bytes_of(const struct panamem_guarded *guarded) {
  return (size_t)guarded->run_pages << PANAMEM_PAGE_SHIFT;
}

struct panamem_guard_place panamem_guard_place_of(const struct panamem_guarded *guarded) {
  return panamem_guard_place_in(panamem_guard_run_of(guarded), panamem_guard_run_bytes_of(guarded), guarded->bytes);
}

/* ---- Slack --------------------------------------------------------------------------------------------------------------- */

void panamem_guard_slack_fill(const struct panamem_guard_place *place, size_t bytes) {
  if (place->open_bytes == 0) {
    return;
  }
  char *end = place->block + bytes;
  memset(place->open_first, PANAMEM_GUARD_SLACK, (size_t)(place->block - place->open_first));
  memset(end, PANAMEM_GUARD_SLACK, (size_t)(place->open_first + place->open_bytes - end));
}

/* Every byte is like the next, and the first as it was filled. */
static bool is_slack(const char *from, const char *to) {
  size_t bytes = (size_t)(to - from);
  return bytes == 0 || (*(const uint8_t *)from == PANAMEM_GUARD_SLACK && memcmp(from, from + 1, bytes - 1) == 0);
}

bool panamem_guard_slack_holds_in_front(const struct panamem_guard_place *place) {
  return place->open_bytes == 0 || is_slack(place->open_first, place->block);
}

bool panamem_guard_slack_holds_behind(const struct panamem_guard_place *place, size_t bytes) {
  return place->open_bytes == 0 || is_slack(place->block + bytes, place->open_first + place->open_bytes);
}
