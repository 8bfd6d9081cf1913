/* SPDX-License-Identifier: Apache-2.0
 *
 * hello.c without Panamem: what such a program costs anyway.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(void) {
  char *block = malloc(64);
  puts(strcpy(block, "one block"));
  free(block);
  return 0;
}
