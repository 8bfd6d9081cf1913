/* SPDX-License-Identifier: Apache-2.0
 *
 * What the tests of the `pymalloc` rows share: a heap of their own with Java's side played, and what is asked of it.
 */
#ifndef PANAMEM_TESTS_PYMALLOC_FIXTURE_H
#define PANAMEM_TESTS_PYMALLOC_FIXTURE_H

#include "fixture.h"

#include "../pymalloc.h"
#include "../pymalloc_tally.h"

#define OBJ PANAMEM_DOMAIN_CONTEXT(2)
#define POOL_BLOCKS_512 31u

/* A cmocka setup: an empty heap whose entries, pools and start are the fakes', refusing nothing. */
int java_serves(void **state);

/* Does the block lie in one of pymalloc's arenas? */
bool is_pooled(const void *block);

struct panamem_py_tally tally(void);

#endif
