/* SPDX-License-Identifier: Apache-2.0
 *
 * Text to stderr, or into memory, without stdio and without allocating: it is gathered on the stack and written by write(2).
 */
#ifndef PANAMEM_NATIVE_LINE_OUT_H
#define PANAMEM_NATIVE_LINE_OUT_H

#include <stddef.h>
#include <stdint.h>

struct panamem_out {
  size_t used;
  char *room; /* NULL: stderr, else memory for the text and its '\0'; what does not fit is cut off */
  size_t room_bytes;
  char text[2048];
};

/* What is gathered is written when the room is used up and by panamem_out_flush. */
void panamem_out_flush(struct panamem_out *out);

void panamem_out_text(struct panamem_out *out, const char *text);
void panamem_out_number(struct panamem_out *out, uint64_t number);
void panamem_out_hex(struct panamem_out *out, uint64_t number); /* 0x… */

/* The text between quotation marks as JSON wants it; bytes outside of ASCII stay as they are. NULL is null. */
void panamem_out_json(struct panamem_out *out, const char *text);

/* Members of a JSON object, each with its comma behind it; the last one is written as key and value. An address is a text,
 * because not every reader of JSON keeps 64 bits. */
void panamem_out_key(struct panamem_out *out, const char *name);
void panamem_out_text_member(struct panamem_out *out, const char *name, const char *text);
void panamem_out_number_member(struct panamem_out *out, const char *name, uint64_t number);
void panamem_out_address_member(struct panamem_out *out, const char *name, uint64_t address);

#endif
