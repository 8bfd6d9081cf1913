/* SPDX-License-Identifier: Apache-2.0
 *
 * The JVM that Panamem starts inside a C program, on a thread of its own.
 */
#ifndef PANAMEM_NATIVE_JVM_H
#define PANAMEM_NATIVE_JVM_H

#include <stdbool.h>

#include "boot.h"
#include "jvm_flags.h"

/* Boots in the background (boot.h); once per process, when the state became BOOTING. user_class is the class of java:<class>,
 * or NULL. The state ends as READY or FAILED. It may be that it cannot begin now. */
enum panamem_boot_begin panamem_jvm_boot(const char *user_class, struct panamem_jvm_kind kind);

/* Does a JVM run in this process, ours or a Java host's? */
bool panamem_jvm_runs(void);

/* Uses the JVM that already runs in this process (a Java host); false when there is none. */
bool panamem_jvm_adopt(void);

#endif
