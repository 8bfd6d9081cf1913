/* SPDX-License-Identifier: Apache-2.0
 *
 * Where a block lies in its run (guard_table.h has the picture), and the slack around it.
 */
#ifndef PANAMEM_NATIVE_GUARD_PLACE_H
#define PANAMEM_NATIVE_GUARD_PLACE_H

#include <stdbool.h>
#include <stddef.h>

#include "guard_table.h"

struct panamem_guard_place {
  char *open_first;
  size_t open_bytes;
  char *block;
};

/* The run that a block of so many bytes needs. */
size_t panamem_guard_run_bytes_for(size_t bytes);

/* Where the block goes in a run of that length. */
struct panamem_guard_place panamem_guard_place_in(char *run, size_t run_bytes, size_t bytes);

/* The run of a block, and where the block lies in it. */
char *panamem_guard_run_of(const struct panamem_guarded *guarded);
size_t panamem_guard_run_bytes_of(const struct panamem_guarded *guarded);
struct panamem_guard_place panamem_guard_place_of(const struct panamem_guarded *guarded);

/* Fills the slack, and tells whether that in front of and behind a block of so many bytes is as it was filled. The pages
 * are open; a place without any has no slack. */
void panamem_guard_slack_fill(const struct panamem_guard_place *place, size_t bytes);
bool panamem_guard_slack_holds_in_front(const struct panamem_guard_place *place);
bool panamem_guard_slack_holds_behind(const struct panamem_guard_place *place, size_t bytes);

#endif
