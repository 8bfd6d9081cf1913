/** Raw memory, and where the heap's tables lie in it. */
@NullMarked
package io.github.panamem.memory;

import org.jspecify.annotations.NullMarked;
