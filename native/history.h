/* SPDX-License-Identifier: Apache-2.0
 *
 * What became of each block under debug hooks: who asked for it, and who freed it. It lies apart from the blocks, so that
 * a program that writes over them cannot change it, and a freed block's stays until its address is handed out again.
 *
 * One history for each 32 bytes of address space, found by two tables and an index:
 *
 *   address   bits 47..31  root ► node   bits 30..16  node ► leaf   bits 15..5  leaf ► history
 *
 * Blocks with padding are never closer; should two share a place under hooks upon hooks, the later one has it. So "no
 * history" is no proof that there is no such block.
 */
#ifndef PANAMEM_NATIVE_HISTORY_H
#define PANAMEM_NATIVE_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum panamem_block_state {
  PANAMEM_BLOCK_UNKNOWN, /* no history */
  PANAMEM_BLOCK_LIVE,
  PANAMEM_BLOCK_FREED,
  PANAMEM_BLOCK_MOVED, /* freed by a realloc */
};

/* A copy: what was known at one moment. Sites are those of sites.h, 0 = not recorded. */
struct panamem_history {
  enum panamem_block_state state;
  uintptr_t block;
  int domain;
  uint32_t age;    /* what panamem_history_age was when it was made; a realloc keeps it */
  uint64_t bytes;  /* asked for */
  uint64_t serial; /* of the request, counted over the process */
  uint32_t allocated_at;
  uint32_t freed_at;
};

/* Begins the history of a block that was just handed out. Without memory for it nothing is remembered. */
void panamem_history_begin(const void *block, int domain, uint64_t bytes, uint32_t site);

/* What is known of this very block; whether anything is. */
bool panamem_history_of(const void *block, struct panamem_history *history);

/* The serial of a live block, 0 without history. */
uint64_t panamem_history_serial(const void *block);

/* A live block ends as FREED or MOVED. Answers its state before; of two threads that end it, one finds it LIVE. */
enum panamem_block_state panamem_history_end(const void *block, enum panamem_block_state how, uint32_t site);

/* It goes on living after all: the realloc was refused, or kept it in place. A block of which nothing was known stays so. */
void panamem_history_resume(const struct panamem_history *history);

/* The age of blocks that are made from now on, at most PANAMEM_AGE_MOST; 0 in the beginning. Leak tests count their calls by it. */
#define PANAMEM_AGE_MOST ((1u << 20) - 1)
extern uint32_t panamem_history_age;

/* A block that a realloc has just made is as old as the one that it was. */
void panamem_history_keep_age(const void *block, uint32_t age);

/* Visits what is known of each live block whose age is from youngest to oldest, in address order. Other threads must be at
 * rest. */
void panamem_history_visit(uint32_t youngest, uint32_t oldest, void (*visit)(const struct panamem_history *, void *),
                           void *argument);

/* The live block whose bytes or padding the address lies in. Slow: for reports. */
bool panamem_history_around(const void *address, struct panamem_history *history);

#endif
