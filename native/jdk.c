/* SPDX-License-Identifier: Apache-2.0
 *
 * A JDK is known by its file `release`, whose JAVA_VERSION begins with the feature release.
 */
#include "jdk.h"

#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "own_path.h"

struct search {
  char *home;
  size_t home_bytes;
  char seen[160]; /* what was found but does not do */
};

int panamem_jdk_release(const char *home) {
  char path[PATH_MAX];
  snprintf(path, sizeof path, "%s/release", home);
  FILE *file = fopen(path, "re");
  if (file == NULL) {
    return 0;
  }
  char line[1024];
  int release = 0;
  while (release == 0 && fgets(line, sizeof line, file) != NULL) {
    static const char key[] = "JAVA_VERSION=\"";
    if (strncmp(line, key, sizeof key - 1) == 0) {
      release = atoi(line + sizeof key - 1);
    }
  }
  fclose(file);
  return release;
}

static bool accept(struct search *search, const char *home) {
  if (home == NULL || home[0] == '\0') {
    return false;
  }
  int release = panamem_jdk_release(home);
  char library[PATH_MAX];
  snprintf(library, sizeof library, "%s/lib/server/libjvm.so", home);
  bool usable = release >= PANAMEM_JDK_LEAST && access(library, R_OK) == 0 && strlen(home) < search->home_bytes;
  if (usable) {
    strcpy(search->home, home);
  } else if (search->seen[0] == '\0') {
    snprintf(search->seen, sizeof search->seen, release == 0 ? "no JDK at %.100s" : "%.100s is version %d", home, release);
  }
  return usable;
}

/* Before what the machine has: the release's AOT cache fits this one alone. */
static bool accept_bundled(struct search *search) {
  char library[PATH_MAX];
  char folder[PATH_MAX];
  char home[PATH_MAX + sizeof PANAMEM_JDK_BUNDLED];
  if (!panamem_own_path(library, folder)) {
    return false;
  }
  snprintf(home, sizeof home, "%s/" PANAMEM_JDK_BUNDLED, folder);
  return access(home, F_OK) == 0 && accept(search, home);
}

/* The home that the `java` found on PATH belongs to: two folders above the real file. */
static bool accept_path(struct search *search) {
  const char *path = getenv("PATH");
  while (path != NULL && *path != '\0') {
    int length = (int)strcspn(path, ":");
    char candidate[PATH_MAX];
    char real[PATH_MAX];
    snprintf(candidate, sizeof candidate, "%.*s/java", length, path);
    if (access(candidate, X_OK) == 0 && realpath(candidate, real) != NULL) {
      for (int level = 0; level < 2; level++) {
        char *slash = strrchr(real, '/');
        if (slash != NULL) {
          *slash = '\0';
        }
      }
      return accept(search, real);
    }
    path += length + (path[length] == ':');
  }
  return false;
}

static bool accept_pattern(struct search *search, const char *pattern) {
  glob_t found;
  bool accepted = false;
  if (glob(pattern, 0, NULL, &found) == 0) {
    for (size_t i = found.gl_pathc; i > 0 && !accepted; i--) { /* backwards: later names tend to be newer */
      accepted = accept(search, found.gl_pathv[i - 1]);
    }
    globfree(&found);
  }
  return accepted;
}

static bool accept_usual_folders(struct search *search) {
  if (accept_pattern(search, "/usr/lib/jvm/*") || accept_pattern(search, "/opt/*jdk*")) {
    return true;
  }
  const char *user = getenv("HOME");
  char pattern[PATH_MAX];
  static const char *const folders[] = {".sdkman/candidates/java/*", ".jdks/*", NULL};
  for (const char *const *folder = folders; user != NULL && *folder != NULL; folder++) {
    snprintf(pattern, sizeof pattern, "%s/%s", user, *folder);
    if (accept_pattern(search, pattern)) {
      return true;
    }
  }
  return false;
}

bool panamem_jdk_find(char *home, size_t home_bytes, char *error, size_t error_bytes) {
  struct search search = {.home = home, .home_bytes = home_bytes};
  const char *own = getenv("PANAMEM_JAVA_HOME");
  bool found = own != NULL && own[0] != '\0'
                   ? accept(&search, own)
                   : accept_bundled(&search) || accept(&search, getenv("JAVA_HOME")) || accept_path(&search) ||
                         accept_usual_folders(&search);
  if (!found) {
    snprintf(error, error_bytes, "no JDK %d or later (%s); install one or set PANAMEM_JAVA_HOME", PANAMEM_JDK_LEAST,
             search.seen[0] == '\0' ? "none found" : search.seen);
  }
  return found;
}
