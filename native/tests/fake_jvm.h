/* SPDX-License-Identifier: Apache-2.0
 *
 * Stands in for native/jvm.c and boot.c: a boot that only notes that it was asked for, and ends as the test says.
 */
#ifndef PANAMEM_TESTS_FAKE_JVM_H
#define PANAMEM_TESTS_FAKE_JVM_H

#include <stdbool.h>
#include <stdint.h>

#include "../boot.h"
#include "../jvm_flags.h"

struct fake_jvm {
  uint64_t boots, waits;
  char user_class[256]; /* of the last boot */
  struct panamem_jvm_kind kind; /* of the last boot */
  bool patience;        /* of the last wait */
  bool serves;          /* how a wait ends: READY or FAILED */
  bool runs;            /* a JVM is there to be adopted */
  uint64_t asked;       /* boots of a native core in the background */
  enum panamem_boot_begin begins; /* whether boots begin */
  bool in_background;   /* a native core has booted there */
};
extern struct fake_jvm fake_jvm;

#endif
