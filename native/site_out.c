/* SPDX-License-Identifier: Apache-2.0
 *
 * A frame is a line, or an element of an array.
 */
#include "site_out.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "code_name.h"

/* ---- For people ------------------------------------------------------------------------------------------------------ */

static const char *file_name(const char *path) {
  const char *slash = strrchr(path, '/');
  return slash == NULL ? path : slash + 1;
}

static void print_native(const struct panamem_code_name *name, void *argument) {
  struct panamem_out *out = argument;
  panamem_out_text(out, "    ");
  panamem_out_text(out, name->function == NULL ? "?" : name->function);
  if (name->file != NULL) {
    panamem_out_text(out, " at ");
    panamem_out_text(out, name->file);
    panamem_out_text(out, ":");
    panamem_out_number(out, (uint64_t)name->line);
  }
  if (name->library != NULL) {
    panamem_out_text(out, " (");
    panamem_out_text(out, file_name(name->library));
    panamem_out_text(out, "+");
    panamem_out_hex(out, name->library_offset);
    panamem_out_text(out, ")");
  }
  panamem_out_text(out, "\n");
}

/* As CPython's tracebacks write it. */
static void print_python(struct panamem_out *out, const struct panamem_place *place) {
  panamem_out_text(out, "    File \"");
  panamem_out_text(out, place->file);
  panamem_out_text(out, "\", line ");
  panamem_out_number(out, (uint64_t)place->line);
  panamem_out_text(out, " in ");
  panamem_out_text(out, place->function);
  panamem_out_text(out, "\n");
}

void panamem_site_print(struct panamem_out *out, const char *title, const struct panamem_site *site) {
  panamem_out_text(out, "  ");
  panamem_out_text(out, title);
  if (site == NULL) {
    panamem_out_text(out, ": not recorded (option stacks)\n");
    return;
  }
  panamem_out_text(out, ", thread ");
  panamem_out_hex(out, site->thread);
  panamem_out_text(out, ":\n");
  for (uint32_t i = 0; i < site->native_count; i++) {
    panamem_code_names(site->native[i], print_native, out);
  }
  for (uint32_t i = 0; i < site->python_count; i++) {
    print_python(out, &site->python[i]);
  }
}

void panamem_site_print_kept(struct panamem_out *out, const char *title, uint32_t number) {
  struct panamem_site site;
  panamem_site_print(out, title, panamem_site_read(number, &site) ? &site : NULL);
}

/* ---- As JSON --------------------------------------------------------------------------------------------------------- */

/* The comma between the elements of an array. */
struct array {
  struct panamem_out *out;
  bool begun;
};

static void next_element(struct array *array) {
  panamem_out_text(array->out, array->begun ? "," : "");
  array->begun = true;
}

static void put_native(const struct panamem_code_name *name, void *argument) {
  struct array *array = argument;
  struct panamem_out *out = array->out;
  next_element(array);
  panamem_out_text(out, "{");
  panamem_out_text_member(out, "library", name->library);
  panamem_out_address_member(out, "offset", name->library_offset);
  panamem_out_text_member(out, "file", name->file);
  panamem_out_number_member(out, "line", (uint64_t)name->line);
  panamem_out_key(out, "function");
  panamem_out_json(out, name->function);
  panamem_out_text(out, "}");
}

static void put_python(struct array *array, const struct panamem_place *place) {
  next_element(array);
  panamem_out_text(array->out, "{");
  panamem_out_text_member(array->out, "file", place->file);
  panamem_out_number_member(array->out, "line", (uint64_t)place->line);
  panamem_out_key(array->out, "function");
  panamem_out_json(array->out, place->function);
  panamem_out_text(array->out, "}");
}

void panamem_site_frames_json(struct panamem_out *out, const struct panamem_site *site) {
  struct array native = {out, false}, python = {out, false};
  panamem_out_key(out, "native");
  panamem_out_text(out, "[");
  for (uint32_t i = 0; i < site->native_count; i++) {
    panamem_code_names(site->native[i], put_native, &native);
  }
  panamem_out_text(out, "],");
  panamem_out_key(out, "python");
  panamem_out_text(out, "[");
  for (uint32_t i = 0; i < site->python_count; i++) {
    put_python(&python, &site->python[i]);
  }
  panamem_out_text(out, "]");
}

void panamem_site_json(struct panamem_out *out, const char *name, const struct panamem_site *site) {
  panamem_out_key(out, name);
  if (site == NULL) {
    panamem_out_text(out, "null");
    return;
  }
  panamem_out_text(out, "{");
  panamem_out_address_member(out, "thread", site->thread);
  panamem_site_frames_json(out, site);
  panamem_out_text(out, "}");
}

void panamem_site_json_kept(struct panamem_out *out, const char *name, uint32_t number) {
  struct panamem_site site;
  panamem_site_json(out, name, panamem_site_read(number, &site) ? &site : NULL);
}
