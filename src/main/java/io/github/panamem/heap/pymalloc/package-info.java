/** The {@code pymalloc} allocator: pools and arenas with CPython's geometry, in memory that C fetches from the arena hook. */
@NullMarked
package io.github.panamem.heap.pymalloc;

import org.jspecify.annotations.NullMarked;
