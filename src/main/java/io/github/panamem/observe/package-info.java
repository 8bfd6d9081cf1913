/** What the heap looks like from outside: readings, taken now and then. */
@NullMarked
package io.github.panamem.observe;

import org.jspecify.annotations.NullMarked;
