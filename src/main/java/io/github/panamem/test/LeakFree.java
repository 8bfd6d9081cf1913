package io.github.panamem.test;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * No call of the test method leaves blocks alive that C code of this process has allocated by {@code PyMem_*} or
 * {@code PyObject_*}. Caches that settle do not count; the rule stands in panamem/testing.h.
 */
@Target({ElementType.METHOD, ElementType.TYPE})
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(PanamemExtension.class)
public @interface LeakFree {
    /** How often the method is called to tell a leak from a cache; 1 makes every block count. */
    int calls() default 8;
}
