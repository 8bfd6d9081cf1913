/* SPDX-License-Identifier: Apache-2.0
 *
 * A temporary folder for a test, and files in it.
 */
#ifndef PANAMEM_TESTS_FOLDER_H
#define PANAMEM_TESTS_FOLDER_H

/* Makes an empty folder; its name lasts until folder_remove. */
const char *folder_make(void);

/* Its path joined with a name, in one of a few buffers that take turns. */
const char *folder_path(const char *name);

/* Writes a file, with the folders on its way, and answers its path. mode as for chmod. */
const char *folder_file(const char *name, const char *text, unsigned mode);

/* What stands in the file; NULL when it cannot be read. */
const char *folder_read(const char *path);

void folder_remove(void);

#endif
