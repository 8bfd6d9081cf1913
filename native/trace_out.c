/* SPDX-License-Identifier: Apache-2.0
 *
 * A site is one line: four figures, then its frames, the innermost first.
 */
#include "trace_out.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../include/panamem/panamem.h"
#include "code_name.h"
#include "line_out.h"
#include "options.h"
#include "report.h"
#include "site_out.h"
#include "trace.h"

#define LINE_BYTES (1u << 16)
#define FEW 20
#define CALLED_BY " < "

struct row {
  uint32_t site;
  struct panamem_tally tally;
};

struct snapshot {
  struct row *rows;
  size_t room_bytes;
  uint32_t count;
  struct panamem_tally sum;
};

/* ---- Taking ---------------------------------------------------------------------------------------------------------- */

static int larger_first(uint64_t one, uint64_t other) {
  return (one < other) - (one > other);
}

/* Where nothing is alive, as at the end of a Python, the peak tells. */
static int by_live_bytes(const void *one, const void *other) {
  const struct row *a = one, *b = other;
  int order = larger_first(a->tally.live_bytes, b->tally.live_bytes);
  order = order != 0 ? order : larger_first(a->tally.peak_bytes, b->tally.peak_bytes);
  return order != 0 ? order : larger_first(b->site, a->site);
}

static bool take(struct snapshot *snapshot) {
  uint32_t sites = panamem_sites_count();
  *snapshot = (struct snapshot){.room_bytes = (sites + 1) * sizeof *snapshot->rows};
  void *room = mmap(NULL, snapshot->room_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (room == MAP_FAILED) {
    return false;
  }
  snapshot->rows = room;
  for (uint32_t site = 1; site <= sites; site++) {
    struct panamem_tally tally = panamem_trace_tally(site);
    if (tally.total_blocks > 0) {
      snapshot->rows[snapshot->count++] = (struct row){site, tally};
      snapshot->sum.live_blocks += tally.live_blocks;
      snapshot->sum.live_bytes += tally.live_bytes;
      snapshot->sum.total_blocks += tally.total_blocks;
    }
  }
  qsort(snapshot->rows, snapshot->count, sizeof *snapshot->rows, by_live_bytes);
  return true;
}

/* ---- For people ------------------------------------------------------------------------------------------------------ */

struct frames {
  struct panamem_out out;
  bool begun;
};

static void put_caller(const struct panamem_code_name *name, void *argument) {
  struct frames *frames = argument;
  struct panamem_out *out = &frames->out;
  panamem_out_text(out, frames->begun ? CALLED_BY : "");
  frames->begun = true;
  if (name->file != NULL) {
    panamem_out_text(out, name->file);
    panamem_out_text(out, ":");
    panamem_out_number(out, (uint64_t)name->line);
  } else {
    panamem_out_text(out, name->library == NULL ? "?" : name->library);
    panamem_out_text(out, "+");
    panamem_out_hex(out, name->library_offset);
  }
  panamem_out_text(out, " in ");
  panamem_out_text(out, name->function == NULL ? "?" : name->function);
}

static void print_text_site(FILE *file, const struct panamem_site *site, char *room) {
  struct frames frames = {.out = {.room = room, .room_bytes = LINE_BYTES}};
  if (site->native_count > 0) {
    panamem_code_names(site->native[0], put_caller, &frames);
  }
  for (uint32_t i = 0; i < site->python_count; i++) {
    panamem_out_text(&frames.out, i == 0 ? "" : CALLED_BY);
    panamem_out_text(&frames.out, site->python[i].file);
    panamem_out_text(&frames.out, ":");
    panamem_out_number(&frames.out, (uint64_t)site->python[i].line);
    panamem_out_text(&frames.out, " in ");
    panamem_out_text(&frames.out, site->python[i].function);
  }
  panamem_out_flush(&frames.out);
  fprintf(file, "%s\n", room);
}

static void print_text(FILE *file, const struct snapshot *snapshot, uint32_t most, char *room) {
  struct panamem_site site;
  fprintf(file,
          "panamem %s trace, process %d: %" PRIu64 " live bytes in %" PRIu64 " blocks of %" PRIu32 " sites; every %" PRIu32
          ". block traced, %" PRIu64 " lost\n",
          panamem_version(), getpid(), snapshot->sum.live_bytes, snapshot->sum.live_blocks, snapshot->count,
          panamem_options.trace_rate, panamem_trace_lost());
  fprintf(file, "%14s %12s %14s %14s  %s\n", "live bytes", "live blocks", "peak bytes", "total blocks", "site");
  for (uint32_t i = 0; i < snapshot->count && i < most; i++) {
    const struct row *row = &snapshot->rows[i];
    if (panamem_site_read(row->site, &site)) {
      fprintf(file, "%14" PRIu64 " %12" PRIu64 " %14" PRIu64 " %14" PRIu64 "  ", row->tally.live_bytes,
              row->tally.live_blocks, row->tally.peak_bytes, row->tally.total_blocks);
      print_text_site(file, &site, room);
    }
  }
  if (most < snapshot->count) {
    fprintf(file, "... and %" PRIu32 " more sites\n", snapshot->count - most);
  }
}

/* ---- As JSON --------------------------------------------------------------------------------------------------------- */

static void tally_members(struct panamem_out *out, const struct panamem_tally *tally) {
  panamem_out_number_member(out, "live_bytes", tally->live_bytes);
  panamem_out_number_member(out, "live_blocks", tally->live_blocks);
  panamem_out_number_member(out, "peak_bytes", tally->peak_bytes);
  panamem_out_number_member(out, "total_blocks", tally->total_blocks);
}

static void print_json(FILE *file, const struct snapshot *snapshot, uint32_t most, char *room) {
  struct panamem_site site;
  fprintf(file,
          "{\"panamem\":\"trace\",\"process\":%d,\"live_bytes\":%" PRIu64 ",\"live_blocks\":%" PRIu64 ",\"sites\":%" PRIu32
          ",\"rate\":%" PRIu32 ",\"lost\":%" PRIu64 "}\n",
          getpid(), snapshot->sum.live_bytes, snapshot->sum.live_blocks, snapshot->count, panamem_options.trace_rate,
          panamem_trace_lost());
  for (uint32_t i = 0; i < snapshot->count && i < most; i++) {
    const struct row *row = &snapshot->rows[i];
    if (!panamem_site_read(row->site, &site)) {
      continue;
    }
    struct panamem_out out = {.room = room, .room_bytes = LINE_BYTES};
    panamem_out_text(&out, "{");
    tally_members(&out, &row->tally);
    panamem_site_frames_json(&out, &site);
    panamem_out_text(&out, "}");
    panamem_out_flush(&out);
    fprintf(file, "%s\n", room);
  }
}

/* ---- Both ------------------------------------------------------------------------------------------------------------ */

void panamem_trace_print(FILE *out, uint32_t most) {
  struct snapshot snapshot;
  char *room = mmap(NULL, LINE_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (room != MAP_FAILED && take(&snapshot)) {
    (panamem_options.format == PANAMEM_FORMAT_JSON ? print_json : print_text)(out, &snapshot, most, room);
    munmap(snapshot.rows, snapshot.room_bytes);
  }
  if (room != MAP_FAILED) {
    munmap(room, LINE_BYTES);
  }
}

static void print_all(FILE *out) {
  panamem_trace_print(out, PANAMEM_TRACE_ALL);
}

int panamem_trace_write(int descriptor) {
  return panamem_trace_runs() ? panamem_report_into(descriptor, print_all) : -1;
}

static pid_t tracing_process;

static void trace_at_exit(void) {
  if (getpid() != tracing_process || !panamem_trace_runs()) {
    return;
  }
  if (panamem_options.trace_file[0] != '\0') {
    panamem_report_to(panamem_options.trace_file, "trace", print_all);
  } else if (panamem_speaks_on_stderr()) {
    panamem_trace_print(stderr, FEW);
  }
}

void panamem_trace_at_exit(void) {
  bool first = tracing_process == 0;
  tracing_process = getpid();
  if (first) {
    atexit(trace_at_exit);
  }
}
