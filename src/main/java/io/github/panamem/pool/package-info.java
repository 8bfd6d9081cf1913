/** Blocks of one size class in a run of pages. */
@NullMarked
package io.github.panamem.pool;

import org.jspecify.annotations.NullMarked;
