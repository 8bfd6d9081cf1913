/* SPDX-License-Identifier: Apache-2.0
 *
 * The same parts in two forms: sections with frames for people, objects with arrays as JSON.
 */
#include "misuse.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "domain_words.h"
#include "line_out.h"
#include "mapping.h"
#include "options.h"
#include "site_out.h"

#define VERSION 1 /* of the JSON form */

static const char *const names[] = {
    "double free",  "realloc of a freed block",     "interior pointer",   "foreign pointer",
    "wrong domain", "overflow",                     "underflow",          "wrong size",
    "after finalize", "without the GIL",            "use after free",
};

static const char *const prefixes[] = {"PyMem_Raw", "PyMem_", "PyObject_"};

const char *panamem_misuse_name(enum panamem_misuse_kind kind) {
  return names[kind];
}

/* ---- What: one sentence ---------------------------------------------------------------------------------------------- */

static void say_inside(const struct panamem_misuse *misuse, char *words, size_t bytes) {
  intptr_t offset = (intptr_t)((uintptr_t)misuse->address - misuse->history.block);
  uint64_t block_bytes = misuse->history.bytes;
  if (offset < 0) {
    snprintf(words, bytes, "the address lies %ld bytes in front of a block", -(long)offset);
  } else if ((uint64_t)offset >= block_bytes) {
    snprintf(words, bytes, "the address lies at the end of a block");
  } else {
    snprintf(words, bytes, "the address lies %ld bytes inside a block", (long)offset);
  }
}

static void say_foreign(const struct panamem_misuse *misuse, char *words, size_t bytes) {
  char place[400];
  panamem_mapping_describe(misuse->address, place, sizeof place);
  snprintf(words, bytes, "no block of these functions begins there; the address is %s", place);
}

static const char *plural(uint64_t count) {
  return count == 1 ? "" : "s";
}

/* Where an access lies that hit shut memory. */
static void say_where(const struct panamem_misuse *misuse, char *words, size_t bytes) {
  const struct panamem_history *history = &misuse->history;
  uintptr_t address = (uintptr_t)misuse->address;
  uint64_t in_front = history->block - address;
  uint64_t behind = address - (history->block + history->bytes);
  if (address < history->block) {
    snprintf(words, bytes, "%lu byte%s in front of a block", (unsigned long)in_front, plural(in_front));
  } else if (address - history->block < history->bytes) {
    snprintf(words, bytes, "byte %lu of a block", (unsigned long)(address - history->block));
  } else if (behind == 0) {
    snprintf(words, bytes, "right behind the end of a block");
  } else {
    snprintf(words, bytes, "%lu byte%s behind the end of a block", (unsigned long)behind, plural(behind));
  }
}

static void say_access(const struct panamem_misuse *misuse, char *words, size_t bytes) {
  char where[80];
  say_where(misuse, where, sizeof where);
  enum panamem_block_state state = misuse->history.state;
  snprintf(words, bytes, "the address is %s%s", where,
           state == PANAMEM_BLOCK_FREED   ? " that was freed before"
           : state == PANAMEM_BLOCK_MOVED ? " that was moved by a realloc before"
                                          : "");
}

static void say_what(const struct panamem_misuse *misuse, char *words, size_t bytes) {
  if (misuse->is_access) {
    say_access(misuse, words, bytes);
    return;
  }
  switch (misuse->kind) {
  case PANAMEM_DOUBLE_FREE:
  case PANAMEM_REALLOC_OF_FREED:
    snprintf(words, bytes, "the block was %s before",
             misuse->history.state == PANAMEM_BLOCK_MOVED ? "moved by a realloc" : "freed");
    return;
  case PANAMEM_INTERIOR_POINTER:
    say_inside(misuse, words, bytes);
    return;
  case PANAMEM_FOREIGN_POINTER:
    say_foreign(misuse, words, bytes);
    return;
  case PANAMEM_WRONG_DOMAIN:
    snprintf(words, bytes, "the block is of the %s domain and must go to %s%s", panamem_domain_names[misuse->history.domain],
             prefixes[misuse->history.domain], misuse->operation);
    return;
  case PANAMEM_OVERFLOW:
    snprintf(words, bytes, "something has written behind the end of the block");
    return;
  case PANAMEM_UNDERFLOW:
    snprintf(words, bytes, "something has written in front of the block");
    return;
  case PANAMEM_WRONG_SIZE:
    snprintf(words, bytes, "something has written over the size in front of the block: it says %lu",
             (unsigned long)misuse->said_bytes);
    return;
  case PANAMEM_AFTER_FINALIZE:
    snprintf(words, bytes, "the interpreter is finalized");
    return;
  case PANAMEM_WITHOUT_GIL:
    snprintf(words, bytes, "the thread does not hold the GIL");
    return;
  case PANAMEM_USE_AFTER_FREE:
    snprintf(words, bytes, "something has written into the block after it was freed");
    return;
  }
}

/* ---- For people ------------------------------------------------------------------------------------------------------ */

static void print_block(struct panamem_out *out, const struct panamem_history *history) {
  panamem_out_text(out, "  the block: ");
  panamem_out_number(out, history->bytes);
  panamem_out_text(out, history->bytes == 1 ? " byte at " : " bytes at ");
  panamem_out_hex(out, history->block);
  panamem_out_text(out, ", domain ");
  panamem_out_text(out, panamem_domain_names[history->domain]);
  if (history->serial > 0) {
    panamem_out_text(out, ", request ");
    panamem_out_number(out, history->serial);
  }
  panamem_out_text(out, "\n");
}

static void print_call(struct panamem_out *out, const struct panamem_misuse *misuse) {
  if (misuse->is_access) {
    panamem_out_text(out, misuse->operation);
    panamem_out_text(out, " at ");
    panamem_out_hex(out, (uint64_t)misuse->address);
    return;
  }
  panamem_out_text(out, prefixes[misuse->domain]);
  panamem_out_text(out, misuse->operation);
  if (misuse->address != NULL) {
    panamem_out_text(out, "(");
    panamem_out_hex(out, (uint64_t)misuse->address);
    panamem_out_text(out, ")");
  }
}

static void print_report(struct panamem_out *out, const struct panamem_misuse *misuse, const char *what,
                         const struct panamem_site *here) {
  const struct panamem_history *history = &misuse->history;
  panamem_out_text(out, "panamem: ");
  panamem_out_text(out, names[misuse->kind]);
  panamem_out_text(out, ": ");
  print_call(out, misuse);
  panamem_out_text(out, ": ");
  panamem_out_text(out, what);
  panamem_out_text(out, "\n");
  if (history->state != PANAMEM_BLOCK_UNKNOWN) {
    print_block(out, history);
  }
  panamem_site_print(out, "here", here);
  if (history->state == PANAMEM_BLOCK_FREED || history->state == PANAMEM_BLOCK_MOVED) {
    panamem_site_print_kept(out, "freed first", history->freed_at);
  }
  if (history->state != PANAMEM_BLOCK_UNKNOWN) {
    panamem_site_print_kept(out, "allocated", history->allocated_at);
  }
  panamem_out_text(out, "\n");
}

/* ---- As JSON --------------------------------------------------------------------------------------------------------- */

static void put_block(struct panamem_out *out, const struct panamem_history *history) {
  panamem_out_key(out, "block");
  if (history->state == PANAMEM_BLOCK_UNKNOWN) {
    panamem_out_text(out, "null");
    return;
  }
  panamem_out_text(out, "{");
  panamem_out_address_member(out, "address", history->block);
  panamem_out_number_member(out, "bytes", history->bytes);
  panamem_out_text_member(out, "domain", panamem_domain_names[history->domain]);
  panamem_out_number_member(out, "request", history->serial);
  panamem_site_json_kept(out, "allocated", history->allocated_at);
  panamem_out_text(out, ",");
  panamem_site_json_kept(out, "freed", history->freed_at);
  panamem_out_text(out, "}");
}

/* The function, or of an access what it was. */
static void put_call(struct panamem_out *out, const struct panamem_misuse *misuse) {
  if (misuse->is_access) {
    panamem_out_text_member(out, "function", NULL);
    panamem_out_text_member(out, "access", misuse->operation);
    return;
  }
  panamem_out_key(out, "function");
  panamem_out_text(out, "\"");
  panamem_out_text(out, prefixes[misuse->domain]);
  panamem_out_text(out, misuse->operation);
  panamem_out_text(out, "\",");
}

static void put_report(struct panamem_out *out, const struct panamem_misuse *misuse, const char *what,
                       const struct panamem_site *here) {
  panamem_out_text(out, "{");
  panamem_out_number_member(out, "panamem_report", VERSION);
  panamem_out_text_member(out, "kind", names[misuse->kind]);
  put_call(out, misuse);
  panamem_out_address_member(out, "address", (uint64_t)misuse->address);
  panamem_out_text_member(out, "what", what);
  panamem_out_number_member(out, "process", (uint64_t)getpid());
  panamem_site_json(out, "here", here);
  panamem_out_text(out, ",");
  put_block(out, &misuse->history);
  panamem_out_text(out, "}\n");
}

/* ---- Both ------------------------------------------------------------------------------------------------------------ */

static void only_one(void) {
  static bool begun;
  while (__atomic_exchange_n(&begun, true, __ATOMIC_ACQ_REL)) {
    pause();
  }
}

void panamem_misuse_report(const struct panamem_misuse *misuse) {
  only_one();
  char what[512];
  struct panamem_site here;
  struct panamem_out out = {.used = 0};
  fflush(stderr); /* what the program has said before stands before it */
  panamem_site_in_full(misuse->caller, &here);
  here.native[0] += misuse->is_access; /* as if it were a return address, which stands behind its instruction */
  say_what(misuse, what, sizeof what);
  if (panamem_options.format == PANAMEM_FORMAT_JSON) {
    put_report(&out, misuse, what, &here);
  } else {
    print_report(&out, misuse, what, &here);
  }
  panamem_out_flush(&out);
}
