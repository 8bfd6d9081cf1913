/* SPDX-License-Identifier: Apache-2.0
 *
 * People are told of the first places only.
 */
#include "leak_report.h"

#include <stdbool.h>
#include <unistd.h>

#include "domain_words.h"
#include "options.h"
#include "site_out.h"

#define VERSION 1 /* of the JSON form */
#define PLACES_TOLD 20u

static bool is_json(void) {
  return panamem_options.format == PANAMEM_FORMAT_JSON;
}

static void print_count(struct panamem_out *out, uint64_t count, const char *thing) {
  panamem_out_number(out, count);
  panamem_out_text(out, thing);
  panamem_out_text(out, count == 1 ? "" : "s");
}

/* ---- The head -------------------------------------------------------------------------------------------------------- */

static void print_head(struct panamem_out *out, const struct panamem_leak_sum *sum) {
  panamem_out_text(out, "panamem: leak: one call leaves ");
  print_count(out, sum->blocks, " block");
  panamem_out_text(out, ", ");
  print_count(out, sum->bytes, " byte");
  panamem_out_text(out, ", in ");
  print_count(out, sum->places, " place");
  panamem_out_text(out, "\n");
}

static void put_head(struct panamem_out *out, const struct panamem_leak_sum *sum) {
  panamem_out_text(out, "{");
  panamem_out_number_member(out, "panamem_leak", VERSION);
  panamem_out_number_member(out, "blocks", sum->blocks);
  panamem_out_number_member(out, "bytes", sum->bytes);
  panamem_out_number_member(out, "calls", sum->calls);
  panamem_out_number_member(out, "settled_blocks", sum->settled);
  panamem_out_number_member(out, "process", (uint64_t)getpid());
  panamem_out_key(out, "places");
  panamem_out_text(out, "[");
}

void panamem_leak_report_begin(struct panamem_out *out, const struct panamem_leak_sum *sum) {
  (is_json() ? put_head : print_head)(out, sum);
}

/* ---- A place --------------------------------------------------------------------------------------------------------- */

static void print_leak(struct panamem_out *out, const struct panamem_leak *leak) {
  panamem_out_text(out, "  ");
  print_count(out, leak->blocks, " block");
  panamem_out_text(out, ", ");
  print_count(out, leak->bytes, " byte");
  panamem_out_text(out, ", domain ");
  panamem_out_text(out, panamem_domain_names[leak->domain]);
  panamem_out_text(out, ", request ");
  panamem_out_number(out, leak->serial);
  panamem_out_text(out, "\n");
  panamem_site_print_kept(out, "allocated", leak->site);
}

static void put_leak(struct panamem_out *out, const struct panamem_leak *leak) {
  panamem_out_text(out, "{");
  panamem_out_number_member(out, "blocks", leak->blocks);
  panamem_out_number_member(out, "bytes", leak->bytes);
  panamem_out_text_member(out, "domain", panamem_domain_names[leak->domain]);
  panamem_out_number_member(out, "request", leak->serial);
  panamem_site_json_kept(out, "allocated", leak->site);
  panamem_out_text(out, "}");
}

void panamem_leak_report_add(struct panamem_out *out, const struct panamem_leak *leak, uint64_t number) {
  if (is_json()) {
    panamem_out_text(out, number == 0 ? "" : ",");
    put_leak(out, leak);
  } else if (number < PLACES_TOLD) {
    print_leak(out, leak);
  }
}

/* ---- The end --------------------------------------------------------------------------------------------------------- */

static void print_end(struct panamem_out *out, const struct panamem_leak_sum *sum) {
  if (sum->places > PLACES_TOLD) {
    panamem_out_text(out, "  … and ");
    print_count(out, sum->places - PLACES_TOLD, " further place");
    panamem_out_text(out, " (all of them with PANAMEM_OPTIONS=format=json)\n");
  }
  if (sum->settled > 0) {
    panamem_out_text(out, "  besides, ");
    print_count(out, sum->settled, " block");
    panamem_out_text(out, " of caches that have settled\n");
  }
  panamem_out_text(out, "\n");
}

void panamem_leak_report_end(struct panamem_out *out, const struct panamem_leak_sum *sum) {
  if (is_json()) {
    panamem_out_text(out, "]}\n");
  } else {
    print_end(out, sum);
  }
  panamem_out_flush(out);
}
