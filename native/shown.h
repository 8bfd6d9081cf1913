/* SPDX-License-Identifier: Apache-2.0
 *
 * What somebody wrote, as an error shows it: the beginning, and nothing that would make more than one line of it.
 */
#ifndef PANAMEM_NATIVE_SHOWN_H
#define PANAMEM_NATIVE_SHOWN_H

#define PANAMEM_SHOWN_BYTES 64

struct panamem_shown {
  char text[PANAMEM_SHOWN_BYTES + 1];
};

/* At most so many bytes; a control character becomes a question mark. */
struct panamem_shown panamem_show(const char *text);

#endif
