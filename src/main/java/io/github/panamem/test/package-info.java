/**
 * JUnit Jupiter annotations for Java programs whose tests call C code: does a call leak, how much does it ask for, and does it
 * survive when a request is refused? A program that has no JUnit on its class path needs nothing of it.
 */
@NullMarked
package io.github.panamem.test;

import org.jspecify.annotations.NullMarked;
