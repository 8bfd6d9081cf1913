/* SPDX-License-Identifier: Apache-2.0
 *
 * The command line of the JVM that serves a C program.
 */
#ifndef PANAMEM_NATIVE_JVM_FLAGS_H
#define PANAMEM_NATIVE_JVM_FLAGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PANAMEM_JVM_FLAGS_MOST 64
#define PANAMEM_CACHE_FILE "panamem.aot" /* beside the jar */

struct panamem_jvm_flags {
  char *flags[PANAMEM_JVM_FLAGS_MOST]; /* ends with NULL; never freed, the JVM keeps pointers into some */
  int count;
  uint64_t main_stack_bytes; /* the -Xss among them */
};

struct panamem_jvm_kind {
  bool crosses_often;   /* a JIT that does more pays */
  bool hides_addresses; /* the AOT cache lies where nobody can tell, even if that takes longer */
};

/* Composes the flags for a JDK of the feature release, from what lies beside our library and from PANAMEM_OPTIONS. False with
 * one line in error when the jar is missing. */
bool panamem_jvm_flags_compose(struct panamem_jvm_flags *flags, struct panamem_jvm_kind kind, int release, char *error,
                               size_t error_bytes);

#endif
