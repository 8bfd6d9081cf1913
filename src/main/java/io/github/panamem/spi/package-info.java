/** What a program implements to bring its own allocator: {@code PANAMEM_MALLOC=java:<class>}. */
@NullMarked
package io.github.panamem.spi;

import org.jspecify.annotations.NullMarked;
