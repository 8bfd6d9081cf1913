/** The native core: the entries and the boot of the same Java as a shared library without a JVM, made by native-image. */
@NullMarked
package io.github.panamem.image;

import org.jspecify.annotations.NullMarked;
