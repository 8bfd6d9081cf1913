/* SPDX-License-Identifier: Apache-2.0
 *
 * The end of the process after a caller's mistake, in CPython's form.
 */
#ifndef PANAMEM_NATIVE_FATAL_H
#define PANAMEM_NATIVE_FATAL_H

/* In a process with a CPython its own fatal error, with its traceback; otherwise the two lines that CPython would write
 * without an interpreter, and abort(). function and message have no newline. Nothing is allocated here. */
_Noreturn void panamem_fatal(const char *function, const char *message);

/* The same for a block of another domain, by the ids of its padding, which may be any bytes: CPython writes them as they
 * are, also a 0, which from 3.13 on we must leave out. */
_Noreturn void panamem_fatal_bad_id(const char *function, char allocated, char verified);

#endif
