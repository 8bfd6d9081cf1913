/* SPDX-License-Identifier: Apache-2.0
 *
 * Keeps the JVM from changing what belongs to the whole process: locale, environment, low descriptors, signals.
 */
#ifndef PANAMEM_NATIVE_JVM_GUARD_H
#define PANAMEM_NATIVE_JVM_GUARD_H

/* Loads those libraries of the JDK (java_home) that would reach outside and redirects their calls. libjvm is the handle
 * of libjvm.so. Before JNI_CreateJavaVM. */
void panamem_jvm_guard(const char *java_home, void *libjvm);

/* Undoes what cannot be kept away: the core-dump filter, read before and written back after the JVM's start. */
void panamem_jvm_guard_begin(void);
void panamem_jvm_guard_end(void);

#endif
