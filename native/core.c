/* SPDX-License-Identifier: Apache-2.0
 *
 * The native core is preferred where it is installed: it starts in some milliseconds and leaves no trace. What only a JVM
 * can do, a user's class for instance, is asked of a JVM.
 */
#include "core.h"

#include <limits.h>
#include <stdio.h>

#include "image.h"
#include "jvm.h"
#include "options.h"
#include "own_path.h"

static bool is_native;

/* What asks for a JVM, or NULL. */
static const char *need_of_jvm(const struct panamem_choice *choice) {
  if (choice->user_class[0] != '\0') {
    return "java:<class>";
  }
  if (panamem_options.class_path[0] != '\0') {
    return "classpath=";
  }
  if (panamem_options.jvm_flags[0] != '\0') {
    return "jvm=";
  }
  return panamem_jvm_runs() ? "a Java program" : NULL;
}

bool panamem_core_decide(const struct panamem_choice *choice, char *error, size_t error_bytes) {
  char library[PATH_MAX], folder[PATH_MAX];
  panamem_own_path(library, folder); /* a boot asks for it later */
  bool wanted = panamem_options.core == PANAMEM_CORE_WISH_NATIVE;
  if (panamem_image_has_served() || panamem_options.core == PANAMEM_CORE_WISH_JVM || !choice->java) {
    is_native = panamem_image_has_served();
    return true;
  }
  char absent[512];
  const char *need = need_of_jvm(choice);
  bool there = panamem_image_is_there(absent, sizeof absent);
  if (wanted && need != NULL) {
    snprintf(error, error_bytes, "PANAMEM_OPTIONS: core=native cannot serve %s; core=jvm can", need);
    return false;
  }
  if (wanted && !there) {
    snprintf(error, error_bytes, "PANAMEM_OPTIONS: core=native: %s", absent);
    return false;
  }
  is_native = there && need == NULL;
  return true;
}

bool panamem_core_is_native(void) {
  return is_native;
}

enum panamem_boot_begin panamem_core_boot(void) {
  struct panamem_jvm_kind kind = {.crosses_often = panamem_choice.crossings != PANAMEM_CROSSES_RARELY,
                                  .hides_addresses = panamem_choice.hides_addresses};
  return is_native ? panamem_image_boot() : panamem_jvm_boot(panamem_choice.user_class, kind);
}

enum panamem_boot_begin panamem_core_boot_before_main(void) {
  if (!is_native) {
    return panamem_core_boot();
  }
  panamem_image_boot_here();
  return PANAMEM_BOOT_BEGAN;
}
