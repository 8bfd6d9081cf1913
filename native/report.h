/* SPDX-License-Identifier: Apache-2.0
 *
 * The report that `report=exit` prints.
 */
#ifndef PANAMEM_NATIVE_REPORT_H
#define PANAMEM_NATIVE_REPORT_H

#include <stdbool.h>
#include <stdio.h>

/* Writes the report when this process ends by exit; a forked child does not report. A second call adds
 * nothing. */
void panamem_report_at_exit(void);

/* Prints into the file that an option names, %p in the name replaced by the process id; or says on stderr that what it is
 * cannot be written there. */
void panamem_report_to(const char *pattern, const char *what, void (*print)(FILE *out));

/* Prints to a descriptor, which stays open. Answers 0, or -1 when it could not be written. */
int panamem_report_into(int descriptor, void (*print)(FILE *out));

/* Is this the process that `panamem run` started, or was none? So stderr does not fill with what each child has to say. */
bool panamem_speaks_on_stderr(void);

#endif
