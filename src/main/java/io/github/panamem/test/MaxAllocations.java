package io.github.panamem.test;

import io.github.panamem.Domain;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/** After two warm-ups, a call of the test method makes at most so many requests for memory: malloc, calloc and realloc. */
@Target({ElementType.METHOD, ElementType.TYPE})
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(PanamemExtension.class)
public @interface MaxAllocations {
    /** The most requests of one call. */
    long value();

    /** Only requests in this domain; none named: in all. At most one. */
    Domain[] domain() default {};
}
