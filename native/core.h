/* SPDX-License-Identifier: Apache-2.0
 *
 * Which core serves: the native image's, or a JVM's.
 */
#ifndef PANAMEM_NATIVE_CORE_H
#define PANAMEM_NATIVE_CORE_H

#include <stdbool.h>
#include <stddef.h>

#include "boot.h"
#include "choice.h"

/* Decides for what panamem_options and the choice ask for. False with one line in error when they ask for what cannot be;
 * then nothing has changed. */
bool panamem_core_decide(const struct panamem_choice *choice, char *error, size_t error_bytes);

/* The decision. */
bool panamem_core_is_native(void);

/* Starts the core in the background (boot.h); once per process, when the state became BOOTING. It may be that it
 * cannot begin now. */
enum panamem_boot_begin panamem_core_boot(void);

/* The same while nothing else runs: a native core serves on return. */
enum panamem_boot_begin panamem_core_boot_before_main(void);

#endif
