/* SPDX-License-Identifier: Apache-2.0
 *
 * The core of a small C extension, run without an interpreter: counts the words of a file and prints the most frequent.
 *
 *   cc wordcount.c $(pkg-config --cflags --libs panamem) -o wordcount && ./wordcount FILE [COUNT]
 *
 * It uses the three domains as an extension does: RAW for what a thread without the GIL reads, MEM for the hash table's
 * array, OBJ for the small entries. PANAMEM_MALLOC=debug finds its overflows, PANAMEM_OPTIONS=report=exit its leaks.
 */
#include <ctype.h>
#include <panamem/panamem.h>
#include <panamem/pymem.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct entry {
  struct entry *next;
  size_t count;
  char word[];
};

struct table {
  struct entry **buckets;
  size_t bucket_count;
  size_t entry_count;
};

struct text {
  const char *path;
  char *bytes;
  size_t length;
};

/* Runs without the GIL, so its memory is RAW. */
static void *read_file(void *argument) {
  struct text *text = argument;
  FILE *file = fopen(text->path, "rb");
  if (file == NULL) {
    return "cannot be opened";
  }
  const char *error = NULL;
  size_t capacity = 0;
  for (;;) {
    if (text->length == capacity) {
      capacity = capacity == 0 ? 1024 : capacity * 2;
      char *larger = PyMem_RawRealloc(text->bytes, capacity);
      if (larger == NULL) {
        error = "is too large for memory";
        break;
      }
      text->bytes = larger;
    }
    size_t got = fread(text->bytes + text->length, 1, capacity - text->length, file);
    if (got == 0) {
      break;
    }
    text->length += got;
  }
  fclose(file);
  return (void *)error;
}

static size_t hash(const char *word, size_t length) {
  size_t value = 1469598103934665603u;
  for (size_t i = 0; i < length; i++) {
    value = (value ^ (unsigned char)word[i]) * 1099511628211u;
  }
  return value;
}

static int grow(struct table *table) {
  size_t bucket_count = table->bucket_count == 0 ? 64 : table->bucket_count * 2;
  struct entry **buckets = PyMem_Calloc(bucket_count, sizeof *buckets);
  if (buckets == NULL) {
    return -1;
  }
  for (size_t i = 0; i < table->bucket_count; i++) {
    for (struct entry *entry = table->buckets[i], *next; entry != NULL; entry = next) {
      struct entry **bucket = &buckets[hash(entry->word, strlen(entry->word)) % bucket_count];
      next = entry->next;
      entry->next = *bucket;
      *bucket = entry;
    }
  }
  PyMem_Free(table->buckets);
  table->buckets = buckets;
  table->bucket_count = bucket_count;
  return 0;
}

static int count_word(struct table *table, const char *word, size_t length) {
  if (table->entry_count >= table->bucket_count && grow(table) != 0) {
    return -1;
  }
  struct entry **bucket = &table->buckets[hash(word, length) % table->bucket_count];
  for (struct entry *entry = *bucket; entry != NULL; entry = entry->next) {
    if (strncmp(entry->word, word, length) == 0 && entry->word[length] == '\0') {
      entry->count++;
      return 0;
    }
  }
  struct entry *entry = PyObject_Malloc(sizeof *entry + length + 1);
  if (entry == NULL) {
    return -1;
  }
  memcpy(entry->word, word, length);
  entry->word[length] = '\0';
  entry->count = 1;
  entry->next = *bucket;
  *bucket = entry;
  table->entry_count++;
  return 0;
}

static int count_words(struct table *table, const struct text *text) {
  size_t begin = 0;
  for (size_t i = 0; i <= text->length; i++) {
    if (i == text->length || !(isalnum((unsigned char)text->bytes[i]) || text->bytes[i] == '_')) {
      if (i > begin && count_word(table, text->bytes + begin, i - begin) != 0) {
        return -1;
      }
      begin = i + 1;
    }
  }
  return 0;
}

static int more_frequent(const void *one, const void *other) {
  const struct entry *a = *(struct entry *const *)one;
  const struct entry *b = *(struct entry *const *)other;
  return a->count != b->count ? (a->count < b->count ? 1 : -1) : strcmp(a->word, b->word);
}

static int print_top(const struct table *table, size_t most) {
  struct entry **entries = PyMem_New(struct entry *, table->entry_count + 1);
  if (entries == NULL) {
    return -1;
  }
  size_t count = 0;
  for (size_t i = 0; i < table->bucket_count; i++) {
    for (struct entry *entry = table->buckets[i]; entry != NULL; entry = entry->next) {
      entries[count++] = entry;
    }
  }
  qsort(entries, count, sizeof entries[0], more_frequent);
  printf("%zu different words\n", count);
  for (size_t i = 0; i < count && i < most; i++) {
    printf("%8zu %s\n", entries[i]->count, entries[i]->word);
  }
  PyMem_Free(entries);
  return 0;
}

static void clear(struct table *table) {
  for (size_t i = 0; i < table->bucket_count; i++) {
    for (struct entry *entry = table->buckets[i], *next; entry != NULL; entry = next) {
      next = entry->next;
      PyObject_Free(entry);
    }
  }
  PyMem_Free(table->buckets);
}

int main(int argc, char **argv) {
  if (argc < 2) {
    fprintf(stderr, "usage: %s FILE [COUNT]\n", argv[0]);
    return 2;
  }
  struct text text = {.path = argv[1]};
  pthread_t reader;
  void *error = NULL;
  if (pthread_create(&reader, NULL, read_file, &text) != 0 || pthread_join(reader, &error) != 0) {
    error = "cannot be read: no thread";
  }
  struct table table = {0};
  int status = 1;
  if (error != NULL) {
    fprintf(stderr, "%s: %s %s\n", argv[0], argv[1], (const char *)error);
  } else if (count_words(&table, &text) != 0 || print_top(&table, argc > 2 ? strtoul(argv[2], NULL, 10) : 5) != 0) {
    fprintf(stderr, "%s: out of memory\n", argv[0]);
  } else {
    status = 0;
  }
  clear(&table);
  PyMem_RawFree(text.bytes);
  return status;
}
