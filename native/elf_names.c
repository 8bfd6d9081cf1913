/* SPDX-License-Identifier: Apache-2.0
 *
 * Names of sections tell; the note with the build's id leads to the file that distributions install apart.
 */
#include "elf_names.h"

#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEBUG_FILES "/usr/lib/debug/.build-id/"
#define ID_MOST_BYTES 64u

static const char *const telling[] = {".symtab", ".debug_info", ".zdebug_info", ".gnu_debugdata", ".gnu_debuglink"};

struct file {
  const char *bytes;
  size_t length;
};

/* NULL when it would end behind the file. */
static const void *part(const struct file *file, uint64_t offset, uint64_t bytes) {
  return offset <= file->length && bytes <= file->length - offset ? file->bytes + offset : NULL;
}

/* ---- Sections -------------------------------------------------------------------------------------------------------- */

struct sections {
  const struct file *file;
  const ElfW(Shdr) *headers;
  uint32_t count;
  const ElfW(Shdr) *names;
};

static bool find_sections(const struct file *file, struct sections *sections) {
  const ElfW(Ehdr) *header = part(file, 0, sizeof *header);
  if (header == NULL || memcmp(header->e_ident, ELFMAG, SELFMAG) != 0 || header->e_shentsize != sizeof(ElfW(Shdr))) {
    return false;
  }
  *sections = (struct sections){file, part(file, header->e_shoff, header->e_shnum * sizeof(ElfW(Shdr))), header->e_shnum, NULL};
  if (sections->headers == NULL || header->e_shstrndx >= header->e_shnum) {
    return false;
  }
  sections->names = &sections->headers[header->e_shstrndx];
  return true;
}

static bool has_name(const struct sections *sections, const ElfW(Shdr) *section, const char *name) {
  size_t bytes = strlen(name) + 1;
  const char *own = part(sections->file, sections->names->sh_offset + section->sh_name, bytes);
  return own != NULL && memcmp(own, name, bytes) == 0;
}

static bool is_telling(const struct sections *sections, const ElfW(Shdr) *section) {
  for (size_t i = 0; i < sizeof telling / sizeof telling[0]; i++) {
    if (has_name(sections, section, telling[i])) {
      return true;
    }
  }
  return false;
}

/* ---- The file of debug information ----------------------------------------------------------------------------------- */

/* The first byte of the id names a folder, the others a file in it. */
static bool debug_file_exists(const uint8_t *id, uint32_t bytes) {
  char path[sizeof DEBUG_FILES + 2 * ID_MOST_BYTES + sizeof "/.debug"] = DEBUG_FILES;
  char *end = path + sizeof DEBUG_FILES - 1;
  for (uint32_t i = 0; i < bytes; i++) {
    end += sprintf(end, i == 0 ? "%02x/" : "%02x", id[i]);
  }
  strcpy(end, ".debug");
  return access(path, F_OK) == 0;
}

static bool has_debug_file(const struct sections *sections, const ElfW(Shdr) *section) {
  const ElfW(Nhdr) *note = part(sections->file, section->sh_offset, sizeof *note + sizeof ELF_NOTE_GNU);
  if (section->sh_type != SHT_NOTE || note == NULL || note->n_type != NT_GNU_BUILD_ID || note->n_descsz > ID_MOST_BYTES) {
    return false;
  }
  const uint8_t *id = part(sections->file, section->sh_offset + sizeof *note + sizeof ELF_NOTE_GNU, note->n_descsz);
  return id != NULL && debug_file_exists(id, note->n_descsz);
}

static bool has_names(const struct file *file) {
  struct sections sections;
  if (!find_sections(file, &sections)) {
    return true;
  }
  for (uint32_t i = 0; i < sections.count; i++) {
    const ElfW(Shdr) *section = &sections.headers[i];
    if (is_telling(&sections, section) || has_debug_file(&sections, section)) {
      return true;
    }
  }
  return false;
}

bool panamem_elf_has_names(const char *path) {
  int descriptor = open(path, O_RDONLY | O_CLOEXEC);
  struct stat status;
  bool is_file = descriptor >= 0 && fstat(descriptor, &status) == 0 && status.st_size > 0;
  struct file file = {.length = is_file ? (size_t)status.st_size : 0};
  void *mapped = is_file ? mmap(NULL, file.length, PROT_READ, MAP_PRIVATE, descriptor, 0) : MAP_FAILED;
  if (descriptor >= 0) {
    close(descriptor);
  }
  if (mapped == MAP_FAILED) {
    return true;
  }
  file.bytes = mapped;
  bool names = has_names(&file);
  munmap(mapped, file.length);
  return names;
}
