/* SPDX-License-Identifier: Apache-2.0
 *
 * One folder at a time, under TMPDIR or /tmp.
 */
#include "folder.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_BYTES 1024
#define TURNS 8

static char folder[PATH_BYTES / 2];

const char *folder_make(void) {
  const char *temporary = getenv("TMPDIR");
  snprintf(folder, sizeof folder, "%s/panamem-test-XXXXXX", temporary == NULL ? "/tmp" : temporary);
  if (mkdtemp(folder) == NULL) {
    abort();
  }
  return folder;
}

const char *folder_path(const char *name) {
  static char paths[TURNS][PATH_BYTES];
  static int turn;
  char *path = paths[turn++ % TURNS];
  snprintf(path, PATH_BYTES, "%s/%s", folder, name);
  return path;
}

const char *folder_file(const char *name, const char *text, unsigned mode) {
  const char *path = folder_path(name);
  char part[PATH_BYTES];
  snprintf(part, sizeof part, "%s", path);
  for (char *slash = strchr(part + strlen(folder) + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
    *slash = '\0';
    mkdir(part, 0777);
    *slash = '/';
  }
  FILE *file = fopen(path, "w");
  if (file == NULL || fputs(text, file) < 0 || fclose(file) != 0 || chmod(path, mode) != 0) {
    abort();
  }
  return path;
}

const char *folder_read(const char *path) {
  static char text[65536];
  FILE *file = fopen(path, "r");
  if (file == NULL) {
    return NULL;
  }
  text[fread(text, 1, sizeof text - 1, file)] = '\0';
  fclose(file);
  return text;
}

static int remove_one(const char *path, const struct stat *stat, int type, struct FTW *position) {
  (void)stat, (void)type, (void)position;
  return remove(path);
}

void folder_remove(void) {
  nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}
