/* SPDX-License-Identifier: Apache-2.0
 *
 * What domains are called in reports ("MEM") and in options ("mem").
 */
#ifndef PANAMEM_NATIVE_DOMAIN_WORDS_H
#define PANAMEM_NATIVE_DOMAIN_WORDS_H

#include "../include/panamem/abi.h"

extern const char *const panamem_domain_names[PANAMEM_DOMAINS];
extern const char *const panamem_domain_words[PANAMEM_DOMAINS];

#endif
