/** What tracing knows of a process (PANAMEM_OPTIONS=trace): read, ranked, and compared with what it knew before. */
@NullMarked
package io.github.panamem.trace;

import org.jspecify.annotations.NullMarked;
