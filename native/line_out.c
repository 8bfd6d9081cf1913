/* SPDX-License-Identifier: Apache-2.0
 *
 * One character after the other.
 */
#include "line_out.h"

#include <string.h>
#include <unistd.h>

static void move_to_room(struct panamem_out *out) {
  size_t fits = out->room_bytes == 0 ? 0 : out->room_bytes - 1;
  size_t bytes = out->used < fits ? out->used : fits;
  if (out->room_bytes > 0) {
    memcpy(out->room, out->text, bytes);
    out->room += bytes;
    out->room_bytes -= bytes;
    *out->room = '\0';
  }
  out->used = 0;
}

void panamem_out_flush(struct panamem_out *out) {
  if (out->room != NULL) {
    move_to_room(out);
    return;
  }
  for (size_t done = 0; done < out->used;) {
    ssize_t written = write(STDERR_FILENO, out->text + done, out->used - done);
    if (written <= 0) {
      break;
    }
    done += (size_t)written;
  }
  out->used = 0;
}

static void put(struct panamem_out *out, char character) {
  if (out->used == sizeof out->text) {
    panamem_out_flush(out);
  }
  out->text[out->used++] = character;
}

void panamem_out_text(struct panamem_out *out, const char *text) {
  for (; *text != '\0'; text++) {
    put(out, *text);
  }
}

static void put_digits(struct panamem_out *out, uint64_t number, unsigned base) {
  char digits[20];
  int count = 0;
  do {
    digits[count++] = "0123456789abcdef"[number % base];
    number /= base;
  } while (number > 0);
  while (count > 0) {
    put(out, digits[--count]);
  }
}

void panamem_out_number(struct panamem_out *out, uint64_t number) {
  put_digits(out, number, 10);
}

void panamem_out_hex(struct panamem_out *out, uint64_t number) {
  panamem_out_text(out, "0x");
  put_digits(out, number, 16);
}

void panamem_out_json(struct panamem_out *out, const char *text) {
  if (text == NULL) {
    panamem_out_text(out, "null");
    return;
  }
  put(out, '"');
  for (; *text != '\0'; text++) {
    if (*text == '"' || *text == '\\') {
      put(out, '\\');
      put(out, *text);
    } else if ((unsigned char)*text < ' ') {
      panamem_out_text(out, "\\u00");
      put(out, (char)('0' + (*text >> 4)));
      put(out, "0123456789abcdef"[*text & 15]);
    } else {
      put(out, *text);
    }
  }
  put(out, '"');
}

void panamem_out_key(struct panamem_out *out, const char *name) {
  panamem_out_json(out, name);
  panamem_out_text(out, ":");
}

void panamem_out_text_member(struct panamem_out *out, const char *name, const char *text) {
  panamem_out_key(out, name);
  panamem_out_json(out, text);
  panamem_out_text(out, ",");
}

void panamem_out_number_member(struct panamem_out *out, const char *name, uint64_t number) {
  panamem_out_key(out, name);
  panamem_out_number(out, number);
  panamem_out_text(out, ",");
}

void panamem_out_address_member(struct panamem_out *out, const char *name, uint64_t address) {
  panamem_out_key(out, name);
  panamem_out_text(out, "\"");
  panamem_out_hex(out, address);
  panamem_out_text(out, "\",");
}
