/* SPDX-License-Identifier: Apache-2.0
 *
 * A program that gets its Python late and for itself, as servers do with their modules: it knows neither when it starts.
 *
 *   loader MODULE ARGUMENT…     runs the module's embed_main
 */
#include <dlfcn.h>
#include <stdio.h>

int main(int count, char **arguments) {
  void *module = count < 2 ? NULL : dlopen(arguments[1], RTLD_NOW | RTLD_LOCAL);
  int (*embed_main)(int, char **) = module == NULL ? NULL : (int (*)(int, char **))dlsym(module, "embed_main");
  if (embed_main == NULL) {
    fprintf(stderr, "loader: %s\n", dlerror());
    return 2;
  }
  return embed_main(count - 1, arguments + 1);
}
