/* SPDX-License-Identifier: Apache-2.0
 *
 * Init cycles of a program that embeds CPython, under the preload library.
 */
#ifndef PANAMEM_NATIVE_CYCLES_H
#define PANAMEM_NATIVE_CYCLES_H

/* From now on each init cycle that the program begins is served. Once, before main. */
void panamem_cycles_watch(void);

#endif
