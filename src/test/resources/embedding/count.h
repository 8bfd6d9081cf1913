/* SPDX-License-Identifier: Apache-2.0
 *
 * An allocator that only counts: libc's blocks with a mark before each. It says how many blocks stock Python leaves alive.
 */
#ifndef EMBEDDING_COUNT_H
#define EMBEDDING_COUNT_H

/* Puts it into CPython's table; again in each init cycle. */
void count_installs(void);

/* Blocks of the domain (0 RAW, 1 MEM, 2 OBJ) that were handed out and not freed. */
long long count_alive(int domain);

#endif
