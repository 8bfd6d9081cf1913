/** The operating system: pages of memory, limits, the clock; and the lock that C and Java share. */
@NullMarked
package io.github.panamem.os;

import org.jspecify.annotations.NullMarked;
