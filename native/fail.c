/* SPDX-License-Identifier: Apache-2.0
 *
 * One plan at a time. What it counts are atomic numbers, because several threads ask; whoever begins and ends it does so from
 * one thread.
 */
#include "fail.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "code_name.h"
#include "domain_words.h"
#include "options.h"
#include "sites.h"

#define NOTED_MOST (1u << 22)
#define CALLERS 1024u

bool panamem_fail_watches;

static struct panamem_fail_plan plan;
static bool notes;
static uint64_t matched, refused, budget, spent;
static struct panamem_fail_noted *noted;
static uint64_t noted_count;
static struct panamem_fail_refusal own_refusal, *refusal = &own_refusal;

/* ---- Is the caller the site that was named? -------------------------------------------------------------------------- */

/* What was found out about a caller; names are slow. A row belongs to one caller at a time. */
static struct {
  uintptr_t caller;
  bool is_site;
} callers[CALLERS];
static bool callers_lock;

struct search {
  const char *site;
  bool found;
};

/* "library+0x11d3", or "" where no library is known. */
static void write_place(const struct panamem_code_name *name, char place[PANAMEM_FAIL_PLAN_BYTES]) {
  const char *slash = name->library == NULL ? NULL : strrchr(name->library, '/');
  place[0] = '\0';
  if (slash != NULL) {
    snprintf(place, PANAMEM_FAIL_PLAN_BYTES, "%s+0x%lx", slash + 1, (unsigned long)name->library_offset);
  }
}

static void compare_name(const struct panamem_code_name *name, void *argument) {
  struct search *search = argument;
  char place[PANAMEM_FAIL_PLAN_BYTES];
  write_place(name, place);
  search->found = search->found || strcmp(search->site, place) == 0 ||
                  (name->function != NULL && strcmp(search->site, name->function) == 0);
}

static bool is_named_site(uintptr_t caller) {
  struct search search = {plan.filter.site, false};
  panamem_code_names(caller, compare_name, &search);
  return search.found;
}

static bool is_site(uintptr_t caller) {
  uint32_t row = (uint32_t)(caller >> 1 ^ caller >> 11) % CALLERS;
  if (__atomic_exchange_n(&callers_lock, true, __ATOMIC_ACQUIRE)) {
    return is_named_site(caller); /* another thread is at it, or a signal handler came in between */
  }
  if (callers[row].caller != caller) {
    callers[row].is_site = is_named_site(caller);
    callers[row].caller = caller;
  }
  bool found = callers[row].is_site;
  __atomic_store_n(&callers_lock, false, __ATOMIC_RELEASE);
  return found;
}

static bool passes(int domain, uint64_t bytes, uintptr_t caller) {
  const struct panamem_fail_filter *filter = &plan.filter;
  return (!filter->has_domain || filter->domain == domain) && (!filter->has_size || filter->size == bytes) &&
         (filter->site[0] == '\0' || is_site(caller));
}

/* ---- Asking ------------------------------------------------------------------------------------------------------------ */

static void note(uint64_t number, int domain, uint64_t bytes, uintptr_t caller) {
  if (number <= NOTED_MOST) {
    noted[number - 1] = (struct panamem_fail_noted){panamem_site_here(caller), domain, bytes};
  }
}

bool panamem_fail_refuses(int domain, uint64_t bytes, uintptr_t caller, bool by_row) {
  if (by_row && !plan.counts_rows) {
    return false;
  }
  uint64_t most = __atomic_load_n(&budget, __ATOMIC_RELAXED);
  if (most > 0 && __atomic_add_fetch(&spent, 1, __ATOMIC_RELAXED) > most) {
    _exit(PANAMEM_FAIL_HANGS);
  }
  if (!passes(domain, bytes, caller)) {
    return false;
  }
  uint64_t number = __atomic_add_fetch(&matched, 1, __ATOMIC_RELAXED);
  if (notes) {
    note(number, domain, bytes, caller);
    return false;
  }
  bool refuses = number >= plan.first && number <= plan.last;
  if (refuses && __atomic_fetch_add(&refused, 1, __ATOMIC_RELAXED) == 0) {
    *refusal = (struct panamem_fail_refusal){caller, bytes, domain};
  }
  return refuses;
}

/* ---- Beginning and ending ------------------------------------------------------------------------------------------------ */

static void begin(bool rests) {
  matched = 0;
  refused = 0;
  memset(callers, 0, sizeof callers);
  __atomic_store_n(&panamem_fail_watches, !rests, __ATOMIC_RELEASE);
}

void panamem_fail_begin(const struct panamem_fail_plan *next, bool rests) {
  panamem_fail_stop();
  plan = *next;
  begin(rests);
}

bool panamem_fail_begin_note(const struct panamem_fail_filter *filter, bool rests) {
  panamem_fail_stop();
  if (noted == NULL) {
    void *mapped = mmap(NULL, NOTED_MOST * sizeof *noted, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (mapped == MAP_FAILED) {
      return false;
    }
    noted = mapped;
  }
  plan = (struct panamem_fail_plan){.filter = *filter};
  notes = true;
  noted_count = 0;
  panamem_sites_whole(true);
  begin(rests);
  return true;
}

int panamem_fail_rest(int rests) {
  bool is_begun = notes || plan.first > 0;
  __atomic_store_n(&panamem_fail_watches, is_begun && rests == 0, __ATOMIC_RELEASE);
  return 0;
}

int64_t panamem_fail_stop(void) {
  bool is_begun = notes || plan.first > 0;
  __atomic_store_n(&panamem_fail_watches, false, __ATOMIC_RELEASE);
  uint64_t counted = is_begun ? __atomic_load_n(&matched, __ATOMIC_ACQUIRE) : 0;
  if (notes) {
    panamem_sites_whole(false);
    noted_count = counted < NOTED_MOST ? counted : NOTED_MOST;
    notes = false;
  }
  plan.first = 0;
  return (int64_t)counted;
}

int64_t panamem_fail_refused(void) {
  return (int64_t)__atomic_load_n(&refused, __ATOMIC_ACQUIRE);
}

void panamem_fail_budget(int64_t requests) {
  __atomic_store_n(&spent, 0, __ATOMIC_RELAXED);
  __atomic_store_n(&budget, requests > 0 ? (uint64_t)requests : 0, __ATOMIC_RELEASE);
}

void panamem_fail_prepare(void) {
  static bool begun;
  const struct panamem_fail_plan *wished = &panamem_options.fail;
  if (wished->first > 0 && !wished->waits_for_test && !__atomic_exchange_n(&begun, true, __ATOMIC_ACQ_REL)) {
    panamem_fail_begin(wished, false);
  }
}

/* ---- What was noted --------------------------------------------------------------------------------------------------- */

bool panamem_fail_noted(uint64_t number, struct panamem_fail_noted *request) {
  bool is_noted = number >= 1 && number <= noted_count;
  if (is_noted) {
    *request = noted[number - 1];
  }
  return is_noted;
}

void panamem_fail_keep_refusal(struct panamem_fail_refusal *where) {
  refusal = where;
}

static void name_caller(const struct panamem_code_name *name, void *place) {
  write_place(name, place);
}

static uintptr_t caller_of(uint32_t site) {
  struct panamem_site read;
  return panamem_site_read(site, &read) && read.native_count > 0 ? read.native[0] : 0;
}

bool panamem_fail_noted_is(uint64_t number, const struct panamem_fail_refusal *of) {
  const struct panamem_fail_noted *request = &noted[number - 1];
  return request->bytes == of->bytes && request->domain == of->domain && caller_of(request->site) == of->caller;
}

uint64_t panamem_fail_noted_like(const struct panamem_fail_refusal *of) {
  uint64_t found = 0;
  for (uint64_t number = noted_count; number > 0; number--) {
    bool is_exact = panamem_fail_noted_is(number, of);
    bool is_near = caller_of(noted[number - 1].site) == of->caller;
    bool found_is_exact = found != 0 && panamem_fail_noted_is(found, of);
    found = is_exact || (is_near && !found_is_exact) ? number : found;
  }
  return found;
}

/* How many requests of the caller came up to the number-th; of its size, when that counts. */
static uint64_t rank(uint64_t number, uintptr_t caller, bool by_size) {
  uint64_t count = 0;
  for (uint64_t i = 0; i < number; i++) {
    bool is_same_size = !by_size || noted[i].bytes == noted[number - 1].bytes;
    bool is_same_site = noted[i].site == noted[number - 1].site || caller_of(noted[i].site) == caller;
    count += is_same_size && is_same_site;
  }
  return count;
}

/* The number, then the filter's domain, and what else is not left out: size when by_size, site when it is not "". */
static void write_plan(uint64_t number, bool by_size, uint64_t size, const char *site, char *text, size_t text_bytes) {
  const struct panamem_fail_filter *filter = &plan.filter;
  char size_word[32] = "";
  if (by_size) {
    snprintf(size_word, sizeof size_word, ":size=%lu", (unsigned long)size);
  }
  snprintf(text, text_bytes, "%lu%s%s%s%s%s", (unsigned long)number, filter->has_domain ? ":" : "",
           filter->has_domain ? panamem_domain_words[filter->domain] : "", size_word, site[0] == '\0' ? "" : ":site=", site);
}

void panamem_fail_plan_by_number(uint64_t number, char *text, size_t text_bytes) {
  const struct panamem_fail_filter *filter = &plan.filter;
  write_plan(number, filter->has_size, filter->size, filter->site, text, text_bytes);
}

void panamem_fail_plan_by_site(uint64_t number, char *text, size_t text_bytes) {
  const struct panamem_fail_filter *filter = &plan.filter;
  const struct panamem_fail_noted *request = &noted[number - 1];
  uintptr_t caller = caller_of(request->site);
  char site[PANAMEM_FAIL_PLAN_BYTES] = "";
  if (caller != 0 && filter->site[0] == '\0') {
    panamem_code_names(caller, name_caller, site);
  }
  if (site[0] == '\0') {
    panamem_fail_plan_by_number(number, text, text_bytes);
    return;
  }
  uint64_t at_site = rank(number, caller, false);
  uint64_t of_size = at_site == 1 ? 1 : rank(number, caller, true);
  bool by_size = filter->has_size || of_size < at_site;
  write_plan(by_size ? of_size : at_site, by_size, request->bytes, site, text, text_bytes);
}
