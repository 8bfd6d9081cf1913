/* SPDX-License-Identifier: Apache-2.0
 *
 * The functions of libc that the Java core calls, for a JVM in which we have Java serve.
 */
#ifndef PANAMEM_NATIVE_JNI_LIBC_H
#define PANAMEM_NATIVE_JNI_LIBC_H

#include <jni.h>

/* Gives them to io.github.panamem.os.JniLibC. Where that fails, Java finds them by itself, at the price of a later start. */
void panamem_jni_libc_register(JNIEnv *environment);

#endif
