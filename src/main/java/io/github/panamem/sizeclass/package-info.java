/** From bytes to size classes and back. */
@NullMarked
package io.github.panamem.sizeclass;

import org.jspecify.annotations.NullMarked;
