/* SPDX-License-Identifier: Apache-2.0
 *
 * A small C library for a Java program: counts the distinct words of a text, with memory from CPython's allocators.
 */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <panamem/pymem.h>

struct word {
  struct word *next;
  size_t length;
  char letters[];
};

struct words {
  struct word **chains;
  size_t chain_count;
  size_t count;
};

static int is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static size_t hash(const char *letters, size_t length) {
  size_t value = 5381;
  for (size_t i = 0; i < length; i++) {
    value = value * 33 ^ (unsigned char)letters[i];
  }
  return value;
}

/* 0 when there is no memory. */
static int add(struct words *words, const char *letters, size_t length) {
  struct word **chain = &words->chains[hash(letters, length) % words->chain_count];
  for (const struct word *word = *chain; word != NULL; word = word->next) {
    if (word->length == length && memcmp(word->letters, letters, length) == 0) {
      return 1;
    }
  }
  struct word *word = PyObject_Malloc(sizeof *word + length);
  if (word == NULL) {
    return 0;
  }
  word->next = *chain;
  word->length = length;
  memcpy(word->letters, letters, length);
  *chain = word;
  words->count++;
  return 1;
}

/* The words of the text, to be asked and freed below; NULL when there is no memory. */
struct words *words_of(const char *text, size_t bytes) {
  struct words *words = PyMem_Calloc(1, sizeof *words);
  if (words == NULL) {
    return NULL;
  }
  words->chain_count = bytes / 8 + 1;
  words->chains = PyMem_Calloc(words->chain_count, sizeof words->chains[0]);
  size_t begin = 0;
  for (size_t end = 0; words->chains != NULL && end <= bytes; end++) {
    if (end == bytes || !is_letter(text[end])) {
      if (end > begin && !add(words, text + begin, end - begin)) {
        break;
      }
      begin = end + 1;
    }
  }
  return words;
}

int64_t words_count(const struct words *words) {
  return (int64_t)words->count;
}

void words_free(struct words *words) {
  for (size_t i = 0; words->chains != NULL && i < words->chain_count; i++) {
    for (struct word *word = words->chains[i]; word != NULL;) {
      struct word *next = word->next;
      PyObject_Free(word);
      word = next;
    }
  }
  PyMem_Free(words->chains);
  PyMem_Free(words);
}
