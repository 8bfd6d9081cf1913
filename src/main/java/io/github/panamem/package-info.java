/** How a Java program opens Panamem. */
@NullMarked
package io.github.panamem;

import org.jspecify.annotations.NullMarked;
