/* Every function of the malloc family: is it Panamem's block, or libc's where it is aligned, and does each come back? */
#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

size_t panamem_usable_size(const void *block);

static void expect(int fact, const char *what) {
  if (!fact) {
    fprintf(stderr, "family.c: %s\n", what);
    exit(1);
  }
}

static void *ours(void *block, const char *what) {
  expect(panamem_usable_size(block) > 0, what);
  return block;
}

static void *aligned(void *block, uintptr_t alignment, const char *what) {
  expect(block != NULL && panamem_usable_size(block) == 0 && (uintptr_t)block % alignment == 0, what);
  memset(block, 7, 100);
  return block;
}

int main(void) {
  char *block = ours(malloc(100), "malloc");
  strcpy(block, "kept");
  block = ours(realloc(block, 20000), "realloc");
  expect(strcmp(block, "kept") == 0, "realloc keeps what was there");
  expect(realloc(block, 0) == NULL, "realloc to nothing frees");
  block = ours(calloc(10, 10), "calloc");
  expect(block[99] == 0, "calloc clears");
  free(block);
  free(ours(strdup("word"), "strdup"));
  block = ours(strndup("words", 4), "strndup");
  expect(strcmp(block, "word") == 0, "strndup ends its copy");
  free(block);
  free(aligned(memalign(64, 100), 64, "memalign"));
  free(aligned(aligned_alloc(4096, 4096), 4096, "aligned_alloc"));
  void *made = NULL;
  expect(posix_memalign(&made, 24, 100) != 0 && made == NULL, "posix_memalign refuses 24");
  expect(posix_memalign(&made, 256, 100) == 0, "posix_memalign");
  block = realloc(aligned(made, 256, "posix_memalign"), 5000);
  expect(panamem_usable_size(block) == 0 && block[99] == 7, "realloc leaves an aligned block with libc");
  free(block);
  free(ours(malloc(100), "malloc after aligned blocks"));
  free(NULL);
  puts("family");
  return 0;
}
