/* SPDX-License-Identifier: Apache-2.0 */
#include "domain_words.h"

const char *const panamem_domain_names[PANAMEM_DOMAINS] = {"RAW", "MEM", "OBJ"};
const char *const panamem_domain_words[PANAMEM_DOMAINS] = {"raw", "mem", "obj"};
