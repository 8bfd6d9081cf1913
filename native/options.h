/* SPDX-License-Identifier: Apache-2.0
 *
 * PANAMEM_OPTIONS: "key=value,key,…" into one struct.
 */
#ifndef PANAMEM_NATIVE_OPTIONS_H
#define PANAMEM_NATIVE_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../include/panamem/abi.h"
#include "fail_plan.h"

#define PANAMEM_OPTION_PATH_BYTES 1024

/* When Java starts. Lazy unless it is said: most processes are small and short, and Java would not pay. */
enum panamem_boot {
  PANAMEM_BOOT_ASYNC, /* in the background, at the first use */
  PANAMEM_BOOT_SYNC,  /* before main; the first use waits for nothing */
  PANAMEM_BOOT_LAZY   /* in the background, when the heap has grown to boot_after_bytes */
};

/* Which core is to serve. */
enum panamem_core_wish {
  PANAMEM_CORE_WISH_AUTO, /* the native one where it is installed and can do what is asked for */
  PANAMEM_CORE_WISH_JVM,
  PANAMEM_CORE_WISH_NATIVE
};

/* How the preload library gets under a CPython. Which of the two it is was decided when the loader took one of them; the
 * option says which one was meant. */
enum panamem_mode {
  PANAMEM_MODE_ANY, /* not said */
  PANAMEM_MODE_TABLE,
  PANAMEM_MODE_SYMBOLS,
};

/* How reports about a program's mistakes are written. */
enum panamem_format {
  PANAMEM_FORMAT_TEXT,
  PANAMEM_FORMAT_JSON, /* one line each */
};

/* On which side of a guarded block the shut pages begin at once; the other side's are up to a page away. */
enum panamem_edge {
  PANAMEM_EDGE_RIGHT,
  PANAMEM_EDGE_LEFT,
};

/* Frames of one stack, at most. */
#define PANAMEM_STACK_DEPTH_MOST 64

/* Where no DEPTH:RATE is said (sites.h). */
#define PANAMEM_STACK_DEPTH 16
#define PANAMEM_STACK_RATE 64

struct panamem_options {
  uint64_t limit_bytes; /* 0 = none, likewise per domain */
  uint64_t domain_limit_bytes[PANAMEM_DOMAINS];
  uint64_t range_bytes; /* 0 = default */
  uint64_t dirty_cap_bytes;
  bool dirty_follows_use; /* not where the cap was said */
  uint64_t decay_millis;
  uint64_t magazine_bytes;
  uint64_t boot_after_bytes; /* committed */
  enum panamem_boot boot;
  enum panamem_core_wish core;
  enum panamem_mode mode;
  uint32_t stack_depth; /* of each site under debug hooks; 0: none is recorded */
  uint32_t stack_rate;  /* every so many-th site has its native stack, the others their caller; 0: not said */
  uint32_t trace_depth; /* Python frames of each traced block; 0: nothing is traced */
  uint32_t trace_rate;  /* every so many-th block is traced */
  uint32_t guard_rate;   /* guard: one of so many blocks is guarded */
  enum panamem_edge guard_edge;
  uint64_t guard_quarantine_bytes; /* of the pages of freed blocks that stay shut */
  uint64_t guard_quarantine_blocks;
  bool hardened_zeroes; /* hardened: freed blocks are zeroed, wait, and are looked at when they are handed out again */
  enum panamem_format format;
  struct panamem_fail_plan fail; /* requests to refuse under debug hooks */
  bool verbose;
  bool report_at_exit;
  char report_file[PANAMEM_OPTION_PATH_BYTES]; /* "" = stderr; %p stands for the process id */
  char trace_file[PANAMEM_OPTION_PATH_BYTES];  /* likewise */
  char class_path[PANAMEM_OPTION_PATH_BYTES];  /* of java:<class> */
  char jvm_flags[PANAMEM_OPTION_PATH_BYTES];   /* separated by blanks */
};

extern struct panamem_options panamem_options;

/* Reads text (NULL and "" keep the defaults) into panamem_options. False with one line in error: the option, what is
 * wrong with it and what is allowed. */
bool panamem_options_parse(const char *text, char *error, size_t error_bytes);

/* The value of guard.rate, which may stand in the allocator's name as well. */
bool panamem_parse_guard_rate(const char *value, uint32_t *rate);

#endif
