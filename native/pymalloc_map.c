/* SPDX-License-Identifier: Apache-2.0
 *
 * The root of the map: zero pages until an arena is marked below it.
 */
#include "pymalloc_map.h"

uint64_t panamem_py_map_root[1 << PANAMEM_PY_TOP_BITS];
