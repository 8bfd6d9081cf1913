/* SPDX-License-Identifier: Apache-2.0
 *
 * The entries by JNI. Java serves through them from the moment that it can, and meanwhile makes its upcall, for which the JVM
 * spins classes. The upcall is faster, and takes over when it is there.
 */
#ifndef PANAMEM_NATIVE_JNI_ENTRY_H
#define PANAMEM_NATIVE_JNI_ENTRY_H

#include <jni.h>
#include <stdbool.h>
#include <stdint.h>

#define PANAMEM_JNI_VERSION JNI_VERSION_21

/* Finds io.github.panamem.bridge.Dispatch. False, with no exception pending, when the class path has none. */
bool panamem_jni_entry_find(JavaVM *vm, JNIEnv *environment);

/* A panamem_entry for a JVM, once Dispatch has been found. A thread that somebody detached meanwhile is attached again. */
int64_t panamem_jni_entry(int64_t a, int64_t b, int64_t c, uint64_t entry);

#endif
