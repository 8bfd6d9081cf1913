/* SPDX-License-Identifier: Apache-2.0
 *
 * A program without a Python, which loads the one that it is told of.
 */
#include <dlfcn.h>
#include <stdio.h>

int main(int count, char **arguments) {
  if (count == 1) {
    puts("without");
    return 0;
  }
  void *library = dlopen(arguments[1], RTLD_NOW);
  if (library == NULL) {
    return 9;
  }
  ((void (*)(void))dlsym(library, "python_runs"))();
  return 0;
}
