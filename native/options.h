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

#define PANAMEM_OPTION_PATH_BYTES 1024

struct panamem_options {
  uint64_t limit_bytes; /* 0 = none, likewise per domain */
  uint64_t domain_limit_bytes[PANAMEM_DOMAINS];
  uint64_t range_bytes; /* 0 = default */
  uint64_t dirty_cap_bytes;
  uint64_t decay_millis;
  uint64_t magazine_bytes;
  bool boot_sync;
  bool verbose;
  bool report_at_exit;
  char report_file[PANAMEM_OPTION_PATH_BYTES]; /* "" = stderr; %p stands for the process id */
  char class_path[PANAMEM_OPTION_PATH_BYTES];  /* of java:<class> */
  char jvm_flags[PANAMEM_OPTION_PATH_BYTES];   /* separated by blanks */
};

extern struct panamem_options panamem_options;

/* Reads text (NULL and "" keep the defaults) into panamem_options. False with one line in error: the option, what is
 * wrong with it and what is allowed. */
bool panamem_options_parse(const char *text, char *error, size_t error_bytes);

#endif
