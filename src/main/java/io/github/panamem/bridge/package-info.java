/** The border to C: entries, their table, and how Java gets into a C process or C into a Java one. */
@NullMarked
package io.github.panamem.bridge;

import org.jspecify.annotations.NullMarked;
