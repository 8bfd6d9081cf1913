/* SPDX-License-Identifier: Apache-2.0
 *
 * A library calls foreign functions through its global offset table, and so it does its own that another library may
 * define; or it keeps their addresses in its data. Redirecting one is writing one word there.
 */
#include "imports.h"

#include <dlfcn.h>
#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct dynamic {
  const ElfW(Sym) * symbols;
  const char *strings;
  const ElfW(Rela) * tables[2]; /* DT_JMPREL: called through the PLT; DT_RELA: called through the GOT directly */
  size_t counts[2];
};

static void read_dynamic(const struct link_map *map, struct dynamic *dynamic) {
  *dynamic = (struct dynamic){0};
  for (const ElfW(Dyn) *entry = map->l_ld; entry->d_tag != DT_NULL; entry++) {
    switch (entry->d_tag) {
      case DT_SYMTAB:
        dynamic->symbols = (const ElfW(Sym) *)entry->d_un.d_ptr;
        break;
      case DT_STRTAB:
        dynamic->strings = (const char *)entry->d_un.d_ptr;
        break;
      case DT_JMPREL:
        dynamic->tables[0] = (const ElfW(Rela) *)entry->d_un.d_ptr;
        break;
      case DT_PLTRELSZ:
        dynamic->counts[0] = entry->d_un.d_val / sizeof(ElfW(Rela));
        break;
      case DT_RELA:
        dynamic->tables[1] = (const ElfW(Rela) *)entry->d_un.d_ptr;
        break;
      case DT_RELASZ:
        dynamic->counts[1] = entry->d_un.d_val / sizeof(ElfW(Rela));
        break;
      default:
        break;
    }
  }
}

/* The table is read-only after start-up; make its page writable for as long as the word is written, and after. */
static bool write_word(uint64_t address, const void *word) {
  uint64_t os_page_bytes = (uint64_t)sysconf(_SC_PAGESIZE);
  void *page = (void *)(address & ~(os_page_bytes - 1));
  if (mprotect(page, os_page_bytes, PROT_READ | PROT_WRITE) != 0) {
    return false;
  }
  __atomic_store_n((const void **)address, word, __ATOMIC_RELEASE);
  return true;
}

/* The name of the function whose address the relocation puts into the table, or into a word of the library's own data where it
 * is another library's; NULL for any other relocation. */
static const char *function_name(const struct dynamic *dynamic, const ElfW(Rela) * relocation) {
  uint64_t type = ELF64_R_TYPE(relocation->r_info);
  const ElfW(Sym) *symbol = &dynamic->symbols[ELF64_R_SYM(relocation->r_info)];
  bool in_table = type == R_X86_64_JUMP_SLOT || type == R_X86_64_GLOB_DAT;
  bool in_data = type == R_X86_64_64 && relocation->r_addend == 0 && symbol->st_shndx == SHN_UNDEF;
  return in_table || in_data ? dynamic->strings + symbol->st_name : NULL;
}

static int redirect_table(const struct link_map *map, const struct dynamic *dynamic, int table,
                          const struct panamem_import *imports) {
  int redirected = 0;
  for (size_t i = 0; i < dynamic->counts[table]; i++) {
    const ElfW(Rela) *relocation = &dynamic->tables[table][i];
    const char *name = function_name(dynamic, relocation);
    for (const struct panamem_import *import = imports; name != NULL && import->name != NULL; import++) {
      if (strcmp(name, import->name) == 0 && write_word(map->l_addr + relocation->r_offset, import->replacement)) {
        redirected++;
      }
    }
  }
  return redirected;
}

static const struct link_map *map_of(void *library) {
  struct link_map *map = NULL;
  return library != NULL && dlinfo(library, RTLD_DI_LINKMAP, &map) == 0 ? map : NULL;
}

/* False for a library that has no such tables. */
static bool open_dynamic(const struct link_map *map, struct dynamic *dynamic) {
  if (map == NULL) {
    return false;
  }
  read_dynamic(map, dynamic);
  return dynamic->symbols != NULL && dynamic->strings != NULL;
}

int panamem_imports_redirect(void *library, const struct panamem_import *imports) {
  const struct link_map *map = map_of(library);
  struct dynamic dynamic;
  if (!open_dynamic(map, &dynamic)) {
    return 0;
  }
  return redirect_table(map, &dynamic, 0, imports) + redirect_table(map, &dynamic, 1, imports);
}

static bool has_function(const struct dynamic *dynamic, int table, const char *wanted) {
  for (size_t i = 0; i < dynamic->counts[table]; i++) {
    const char *name = function_name(dynamic, &dynamic->tables[table][i]);
    if (name != NULL && strcmp(name, wanted) == 0) {
      return true;
    }
  }
  return false;
}

bool panamem_imports_function(void *library, const char *name) {
  struct dynamic dynamic;
  return open_dynamic(map_of(library), &dynamic) &&
         (has_function(&dynamic, 0, name) || has_function(&dynamic, 1, name));
}

mode_t panamem_imports_mode(int flags, va_list arguments) {
  bool made = (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE;
  return made ? va_arg(arguments, mode_t) : 0;
}
