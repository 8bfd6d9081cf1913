/* SPDX-License-Identifier: Apache-2.0
 *
 * Finds a JDK (or Java runtime) of version PANAMEM_JDK_LEAST or later: the one that came with us, or one of this machine's.
 */
#ifndef PANAMEM_NATIVE_JDK_H
#define PANAMEM_NATIVE_JDK_H

#include <stdbool.h>
#include <stddef.h>

#define PANAMEM_JDK_LEAST 25

/* The runtime that a release may bring, beside the jar: panamem/runtime below the library's folder. */
#define PANAMEM_JDK_BUNDLED "panamem/runtime"

/* Writes its home directory to home. Looks at PANAMEM_JAVA_HOME, the bundled runtime, JAVA_HOME, `java` on PATH and the usual
 * folders, in this order; PANAMEM_JAVA_HOME, when set, is the only one. False with one line in error that names what was
 * found instead. */
bool panamem_jdk_find(char *home, size_t home_bytes, char *error, size_t error_bytes);

/* The feature release of the JDK at home, 25 for example; 0 when there is none. */
int panamem_jdk_release(const char *home);

#endif
