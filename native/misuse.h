/* SPDX-License-Identifier: Apache-2.0
 *
 * What a program did wrong with a block: one report, as text for people or as one line of JSON, on stderr.
 *
 * A report says what, where, where the block was allocated and where it was freed first. It is made from the histories and
 * sites that lie apart from the blocks, takes no memory from any domain, and believes nothing that the program could have
 * written over.
 */
#ifndef PANAMEM_NATIVE_MISUSE_H
#define PANAMEM_NATIVE_MISUSE_H

#include <stdbool.h>
#include <stdint.h>

#include "history.h"

enum panamem_misuse_kind {
  PANAMEM_DOUBLE_FREE,
  PANAMEM_REALLOC_OF_FREED,
  PANAMEM_INTERIOR_POINTER,
  PANAMEM_FOREIGN_POINTER,
  PANAMEM_WRONG_DOMAIN,
  PANAMEM_OVERFLOW,
  PANAMEM_UNDERFLOW,
  PANAMEM_WRONG_SIZE,
  PANAMEM_AFTER_FINALIZE,
  PANAMEM_WITHOUT_GIL,
  PANAMEM_USE_AFTER_FREE,
};

struct panamem_misuse {
  enum panamem_misuse_kind kind;
  const char *operation; /* "Malloc", "Calloc", "Realloc" or "Free"; of an access "read" or "write" */
  bool is_access;        /* no function was called: an instruction touched memory that is shut */
  int domain;            /* of the function that was called */
  const void *address;   /* that it was given, or NULL; that was touched */
  uintptr_t caller;      /* what the function returns to; the instruction */
  uint64_t said_bytes;   /* WRONG_SIZE: what the padding says */
  struct panamem_history history; /* of the block, of the one around the address, or UNKNOWN */
};

/* "double free", … */
const char *panamem_misuse_name(enum panamem_misuse_kind kind);

/* Writes the report. Only the first of several threads returns: the process is about to end. */
void panamem_misuse_report(const struct panamem_misuse *misuse);

#endif
