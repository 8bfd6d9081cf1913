/* SPDX-License-Identifier: Apache-2.0
 *
 * A C program that takes one block from Panamem, and ends.
 */
#include <panamem/pymem.h>
#include <stdio.h>
#include <string.h>

int main(void) {
  char *block = PyMem_RawMalloc(64);
  puts(strcpy(block, "one block"));
  PyMem_RawFree(block);
  return 0;
}
