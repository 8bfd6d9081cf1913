/* SPDX-License-Identifier: Apache-2.0
 *
 * The JVM that Panamem starts inside a C program, on a thread of its own.
 */
#ifndef PANAMEM_NATIVE_JVM_H
#define PANAMEM_NATIVE_JVM_H

#include <stdbool.h>

/* Starts the boot thread and returns; once per process, when the state became BOOTING. user_class is the class of
 * java:<class>, or NULL. The state ends as READY or FAILED. */
void panamem_jvm_boot(const char *user_class);

/* Waits until the boot has ended. With patience false it gives up when the boot thread cannot load libjvm, because the
 * caller itself holds the loader's lock. */
void panamem_jvm_wait(bool patience);

/* Waits, a bounded time, until a running boot has put back what it holds changed: before a fork. */
void panamem_jvm_wait_fork_safe(void);

/* In a forked child: no boot runs here, and nobody waits for one. */
void panamem_jvm_after_fork_in_child(void);

/* Does a JVM run in this process, ours or a Java host's? */
bool panamem_jvm_runs(void);

/* Uses the JVM that already runs in this process (a Java host); false when there is none. */
bool panamem_jvm_adopt(void);

#endif
