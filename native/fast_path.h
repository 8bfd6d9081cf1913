/* SPDX-License-Identifier: Apache-2.0
 *
 * What the compiler is told about a fast path: which way a branch goes nearly always, and what stays out of line or in it.
 */
#ifndef PANAMEM_NATIVE_FAST_PATH_H
#define PANAMEM_NATIVE_FAST_PATH_H

#define LIKELY(condition) __builtin_expect(!!(condition), 1)
#define UNLIKELY(condition) __builtin_expect(!!(condition), 0)

#define NOINLINE __attribute__((noinline))
#define INLINE inline __attribute__((always_inline))

#endif
