/* SPDX-License-Identifier: Apache-2.0
 *
 * The names of PANAMEM_MALLOC and the rows that each stands for.
 */
#ifndef PANAMEM_NATIVE_CHOICE_H
#define PANAMEM_NATIVE_CHOICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "../include/panamem/abi.h"
#include "../include/panamem/pymem.h"

enum panamem_crossings {
  PANAMEM_CROSSES_RARELY,   /* for pools and large blocks, or never */
  PANAMEM_CROSSES_OFTEN,    /* for each guarded block, or each half of a magazine */
  PANAMEM_CROSSES_EACH_CALL
};

struct panamem_choice {
  char name[256];        /* as given, e.g. "arena_debug"; "arena" for "default" */
  bool off;              /* leave CPython's tables alone */
  bool debug;            /* put the debug hooks on top */
  bool java;             /* Java serves at least one row */
  enum panamem_crossings crossings;
  bool hides_addresses;  /* the JVM's metadata may not lie at an address that is known before */
  char user_class[256];  /* of java:<class>, else "" */
  PyMemAllocatorEx rows[PANAMEM_DOMAINS]; /* without hooks */
  void (*prepare)(void);   /* what the rows need before they are handed out; NULL: nothing */
  int (*print)(FILE *out); /* its statistics in CPython's format, 1 when there were any; NULL: none */
};

/* What is in force. */
extern struct panamem_choice panamem_choice;

/* Fills *choice for a name (NULL or "": the default). False with one line in error: what was unknown and what is allowed,
 * or why a comparison allocator cannot be loaded. */
bool panamem_choose(const char *name, struct panamem_choice *choice, char *error, size_t error_bytes);

/* The name that the environment asks for: PANAMEM_MALLOC; else, where heed_pythonmalloc (no CPython is there to read it),
 * PYTHONMALLOC; else NULL. False with one line in error for a PYTHONMALLOC that has no meaning here. */
bool panamem_choice_from_environment(bool heed_pythonmalloc, const char **name, char *error, size_t error_bytes);

#endif
