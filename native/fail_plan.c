/* SPDX-License-Identifier: Apache-2.0
 *
 * Numbers, then words that colons separate.
 */
#include "fail_plan.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "domain_words.h"
#include "shown.h"

#define WORDS "raw, mem, obj, size=BYTES, site=NAME, test"
#define NUMBERS "N, N-M or N- with numbers from 1"

/* ---- Words --------------------------------------------------------------------------------------------------------- */

/* A decimal number that ends at one of the characters or at the text's end; NULL when there is none. */
static const char *read_number(const char *text, const char *ends, uint64_t *number) {
  char *end;
  errno = 0;
  *number = strtoull(text, &end, 10);
  bool is_number = text[0] >= '0' && text[0] <= '9' && errno == 0;
  return is_number && (*end == '\0' || strchr(ends, *end) != NULL) ? end : NULL;
}

static bool read_domain(const char *word, struct panamem_fail_filter *filter) {
  for (int domain = 0; domain < PANAMEM_DOMAINS; domain++) {
    if (strcmp(word, panamem_domain_words[domain]) == 0) {
      filter->has_domain = true;
      filter->domain = domain;
      return true;
    }
  }
  return false;
}

static bool read_word(const char *word, struct panamem_fail_plan *plan) {
  struct panamem_fail_filter *filter = &plan->filter;
  if (strncmp(word, "size=", 5) == 0) {
    filter->has_size = true;
    return read_number(word + 5, "", &filter->size) != NULL;
  }
  if (strncmp(word, "site=", 5) == 0) {
    snprintf(filter->site, sizeof filter->site, "%s", word + 5);
    return word[5] != '\0';
  }
  if (strcmp(word, "test") == 0) {
    plan->waits_for_test = true;
    return true;
  }
  return read_domain(word, filter);
}

static bool read_words(const char *text, struct panamem_fail_plan *plan, char *error, size_t error_bytes) {
  while (*text != '\0') {
    size_t length = strcspn(text, ":");
    char word[PANAMEM_FAIL_PLAN_BYTES];
    snprintf(word, sizeof word, "%.*s", (int)length, text);
    if (length >= sizeof word || !read_word(word, plan)) {
      snprintf(error, error_bytes, "fail: '%s' is none of " WORDS, panamem_show(word).text);
      return false;
    }
    text += length + (text[length] == ':');
  }
  return true;
}

/* ---- Numbers ------------------------------------------------------------------------------------------------------- */

/* What follows the numbers, or NULL. */
static const char *read_numbers(const char *text, struct panamem_fail_plan *plan) {
  const char *end = read_number(text, "-:", &plan->first);
  plan->last = plan->first;
  if (end != NULL && *end == '-') {
    plan->last = UINT64_MAX;
    bool is_open = end[1] == '\0' || end[1] == ':';
    end = is_open ? end + 1 : read_number(end + 1, ":", &plan->last);
  }
  return end == NULL || plan->first == 0 || plan->last < plan->first ? NULL : end;
}

bool panamem_fail_plan_parse(const char *text, struct panamem_fail_plan *plan, char *error, size_t error_bytes) {
  *plan = (struct panamem_fail_plan){0};
  snprintf(plan->text, sizeof plan->text, "%s", text);
  const char *words = read_numbers(text, plan);
  if (words == NULL) {
    plan->first = 0;
    snprintf(error, error_bytes, "fail: '%s' does not begin with " NUMBERS, panamem_show(text).text);
    return false;
  }
  return read_words(words + (*words == ':'), plan, error, error_bytes);
}

bool panamem_fail_filter_parse(const char *text, struct panamem_fail_filter *filter, char *error, size_t error_bytes) {
  struct panamem_fail_plan plan = {0};
  bool good = text == NULL || read_words(text, &plan, error, error_bytes);
  *filter = plan.filter;
  return good;
}
