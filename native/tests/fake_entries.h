/* SPDX-License-Identifier: Apache-2.0
 *
 * Plays Java: entries with Java's arguments and answers that work on the same heap, count their calls and can refuse.
 */
#ifndef PANAMEM_TESTS_FAKE_ENTRIES_H
#define PANAMEM_TESTS_FAKE_ENTRIES_H

#include <stdbool.h>
#include <stdint.h>

#include "../../include/panamem/abi.h"

struct fake_entries {
  uint64_t calls[PANAMEM_ENTRIES];
  bool refuses[PANAMEM_ENTRIES]; /* answer 0 and do nothing: for FREE and FLUSH this means "not a live block" */
  int64_t last[3];               /* arguments of the last call */
  uint64_t attached, detached;
  bool attach_refuses;
  bool attach_ours;        /* what attach answers about detaching */
  void (*at_attach)(void); /* called inside attach: attaching may allocate */
  void (*inside)(void);    /* called inside every entry */
};
extern struct fake_entries fake_entries;

typedef int64_t (*fake_entry)(int64_t, int64_t, int64_t);

/* From now on this is the entry. */
void fake_entries_answer(uint32_t entry, fake_entry answer);

/* Writes the entries and the attachment, forgets all counts, and sets the state READY. */
void fake_entries_serve(void);

/* All calls of entries. */
uint64_t fake_crossings(void);

#endif
