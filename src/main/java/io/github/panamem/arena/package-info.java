/** Runs of pages: taken, given back, merged, limited, purged. */
@NullMarked
package io.github.panamem.arena;

import org.jspecify.annotations.NullMarked;
