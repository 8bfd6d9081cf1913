/* SPDX-License-Identifier: Apache-2.0
 *
 * A site as text for people and as JSON.
 */
#ifndef PANAMEM_NATIVE_SITE_OUT_H
#define PANAMEM_NATIVE_SITE_OUT_H

#include "line_out.h"
#include "sites.h"

/* A title and the thread, then a line for each frame: native ones as "function at file:line (library+offset)", Python's as
 * in its own tracebacks. A site of NULL was not recorded. */
void panamem_site_print(struct panamem_out *out, const char *title, const struct panamem_site *site);
void panamem_site_print_kept(struct panamem_out *out, const char *title, uint32_t number);

/* Its frames as two members: "native": [...], "python": [...]. No comma behind them. */
void panamem_site_frames_json(struct panamem_out *out, const struct panamem_site *site);

/* A member: null, or {"thread", "native": [{"library", "offset", "file", "line", "function"}, …],
 * "python": [{"file", "line", "function"}, …]}; innermost frames first. No comma behind it. */
void panamem_site_json(struct panamem_out *out, const char *name, const struct panamem_site *site);
void panamem_site_json_kept(struct panamem_out *out, const char *name, uint32_t number);

#endif
