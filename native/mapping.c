/* SPDX-License-Identifier: Apache-2.0
 *
 * The kernel copies bytes that can be read, and lists what is mapped in /proc/self/maps.
 */
#include "mapping.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#define PAGE_BYTES 4096u
#define LINE_BYTES 512

struct mapping {
  uintptr_t low;
  uintptr_t high;
  char rights[8];
  char name[LINE_BYTES]; /* a path, "[heap]", "[stack]" or "" */
};

static bool byte_is_readable(uintptr_t address) {
  char byte;
  struct iovec to = {&byte, 1};
  struct iovec from = {(void *)address, 1}; /* NOLINT: an address */
  return process_vm_readv(getpid(), &to, 1, &from, 1, 0) == 1 || errno != EFAULT;
}

bool panamem_is_readable(const void *address, size_t bytes) {
  uintptr_t first = (uintptr_t)address;
  uintptr_t last = first + bytes - 1;
  if (last < first) {
    return false;
  }
  for (uintptr_t page = first; page < last; page += PAGE_BYTES) {
    if (!byte_is_readable(page)) {
      return false;
    }
  }
  return byte_is_readable(last);
}

/* ---- What it is -------------------------------------------------------------------------------------------------------- */

static bool parse(const char *line, struct mapping *mapping) {
  mapping->name[0] = '\0';
  return sscanf(line, "%" SCNxPTR "-%" SCNxPTR " %7s %*s %*s %*s %511[^\n]", &mapping->low, &mapping->high, mapping->rights,
                mapping->name) >= 3;
}

/* The next line without its end, read character by character from a small buffer; false at the end of the file. */
struct reader {
  int descriptor;
  ssize_t got;
  ssize_t at;
  char buffer[1024];
};

static bool read_line(struct reader *reader, char *line) {
  size_t used = 0;
  for (;;) {
    if (reader->at == reader->got) {
      reader->got = read(reader->descriptor, reader->buffer, sizeof reader->buffer);
      reader->at = 0;
      if (reader->got <= 0) {
        return false;
      }
    }
    char c = reader->buffer[reader->at++];
    if (c == '\n') {
      line[used] = '\0';
      return true;
    }
    if (used < LINE_BYTES - 1) {
      line[used++] = c;
    }
  }
}

static bool has_name(const struct mapping *mapping, const void *file_name) {
  const char *slash = strrchr(mapping->name, '/');
  return slash != NULL && strcmp(slash + 1, file_name) == 0;
}

static bool holds(const struct mapping *mapping, const void *address) {
  return (uintptr_t)address >= mapping->low && (uintptr_t)address < mapping->high;
}

/* The first mapping that is what is wanted; false when there is none. */
static bool find(int maps, bool (*is_wanted)(const struct mapping *, const void *), const void *wanted, struct mapping *mapping) {
  struct reader reader = {.descriptor = maps};
  char line[LINE_BYTES];
  bool found = false;
  while (maps >= 0 && !found && read_line(&reader, line)) {
    found = parse(line, mapping) && is_wanted(mapping, wanted);
  }
  return found;
}

static bool find_around(const void *address, struct mapping *mapping) {
  int maps = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
  bool found = find(maps, holds, address, mapping);
  if (maps >= 0) {
    close(maps);
  }
  return found;
}

bool panamem_is_mapped(const char *file_name, int maps) {
  struct mapping mapping;
  return find(maps, has_name, file_name, &mapping);
}

void panamem_mapping_describe(const void *address, char *words, size_t words_bytes) {
  struct mapping mapping, stack;
  const void *here = __builtin_frame_address(0);
  if (!find_around(address, &mapping)) {
    snprintf(words, words_bytes, "where nothing is mapped");
  } else if (find_around(here, &stack) && stack.low == mapping.low) {
    snprintf(words, words_bytes, "on the stack of the calling thread");
  } else if (strcmp(mapping.name, "[heap]") == 0) {
    snprintf(words, words_bytes, "in libc's heap");
  } else if (mapping.name[0] == '/') {
    snprintf(words, words_bytes, "in %s of %s", mapping.rights[2] == 'x' ? "code" : "data", mapping.name);
  } else {
    snprintf(words, words_bytes, "in other memory%s%s", mapping.name[0] == '\0' ? "" : " ", mapping.name);
  }
}
