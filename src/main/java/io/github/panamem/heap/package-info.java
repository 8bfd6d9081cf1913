/** The heap: bins of pools, large blocks, and what the entries do. */
@NullMarked
package io.github.panamem.heap;

import org.jspecify.annotations.NullMarked;
