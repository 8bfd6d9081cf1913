/* SPDX-License-Identifier: Apache-2.0 */
#include "shown.h"

#include <stddef.h>

struct panamem_shown panamem_show(const char *text) {
  struct panamem_shown shown;
  size_t length = 0;
  for (; text[length] != '\0' && length < PANAMEM_SHOWN_BYTES; length++) {
    unsigned char byte = (unsigned char)text[length];
    shown.text[length] = text[length];
    if (byte < ' ' || byte == 0x7f) {
      shown.text[length] = '?';
    }
  }
  shown.text[length] = '\0';
  return shown;
}
