package io.github.panamem.test;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The test method survives when any one of the requests for memory that its C code makes is refused: it ends normally, or by
 * one of the errors, and leaves nothing behind.
 *
 * <p>Each request is refused once, in a JVM of its own that runs this test alone, so that a crash of the C code is a verdict.
 * It has this JVM's class path, options and system properties, makes an instance of the test class by its constructor without
 * parameters, and calls {@code @BeforeAll}, {@code @BeforeEach} and then the method, again and again; what other extensions
 * do for the test is not done there.
 */
@Target({ElementType.METHOD, ElementType.TYPE})
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(PanamemExtension.class)
public @interface FailsCleanly {
    /** How the method may report that there was no memory. */
    Class<? extends Throwable>[] errors() default {OutOfMemoryError.class};

    /** Which requests are refused, in the words of panamem/testing.h, for instance {@code mem:size=64}; "": all. */
    String filter() default "";

    /** CPU time after which a call is said to hang. */
    int cpuSeconds() default 10;

    /** Time by the clock after which a call is said to hang, for one that waits for ever. */
    int seconds() default 60;

    /** Requests beyond those that the call needs, after which it is said to hang. */
    long requests() default 100_000;
}
