/* SPDX-License-Identifier: Apache-2.0
 *
 * The shape of the heap as coverage: libFuzzer sees what the C code does; what Java has made of a program it learns from
 * counters that follow the lists and sums of the heap.
 */
#ifndef PANAMEM_TESTS_FUZZ_SHAPE_H
#define PANAMEM_TESTS_FUZZ_SHAPE_H

void shape_note(void);

#endif
