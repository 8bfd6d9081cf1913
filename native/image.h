/* SPDX-License-Identifier: Apache-2.0
 *
 * The native core: the same Java, compiled ahead of time by native-image into libpanamem-core.so; there is no JVM. It
 * starts in a few milliseconds, keeps no thread, handles no signal and goes on serving in a forked child.
 */
#ifndef PANAMEM_NATIVE_IMAGE_H
#define PANAMEM_NATIVE_IMAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "boot.h"

#define PANAMEM_IMAGE_NAME "libpanamem-core.so"

/* Is it beside our own library? Else false with one line in error. */
bool panamem_image_is_there(char *error, size_t error_bytes);

/* Loads it and lets it serve, in the background or on this thread (boot.h); once per process, when the state became BOOTING.
 * The state ends as READY or FAILED. It may be that it cannot begin now. */
enum panamem_boot_begin panamem_image_boot(void);
void panamem_image_boot_here(void);

/* Does it serve, or did it before shutdown? */
bool panamem_image_has_served(void);

/* No thread attaches or detaches meanwhile: around a fork. */
void panamem_image_lock(void);
void panamem_image_unlock(void);

#endif
