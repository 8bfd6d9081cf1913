package io.github.panamem.test;

import io.github.panamem.Domain;
import java.lang.reflect.Method;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;
import org.junit.platform.commons.support.AnnotationSupport;
import org.junit.platform.commons.support.ReflectionSupport;

/**
 * Does what {@link LeakFree}, {@link MaxAllocations} and {@link FailsCleanly} say; they register it.
 *
 * <p>It opens Panamem as {@code PANAMEM_MALLOC} and {@code PANAMEM_OPTIONS} say, by default with {@code arena_debug}: before
 * {@code @BeforeAll} where the class has an annotation, else before the first test method that has one. No C code must have
 * allocated before.
 */
public final class PanamemExtension implements BeforeAllCallback, InvocationInterceptor {
    /** JUnit makes one for each class and method that has an annotation. */
    public PanamemExtension() {}

    @Override
    public void beforeAll(ExtensionContext context) {
        Checks.open();
    }

    @Override
    public void interceptTestMethod(
            Invocation<@Nullable Void> invocation, ReflectiveInvocationContext<Method> method, ExtensionContext context)
            throws Throwable {
        Checks checks = Checks.open();
        Optional<FailsCleanly> failsCleanly = find(context, FailsCleanly.class);
        invocation.proceed();
        Checks.Call call = () -> ReflectionSupport.invokeMethod(
                method.getExecutable(),
                method.getTarget().orElse(null),
                method.getArguments().toArray());
        Optional<LeakFree> leakFree = find(context, LeakFree.class);
        if (leakFree.isPresent()) {
            mustBeEmpty(checks.leaks(call, leakFree.get().calls()));
        }
        Optional<MaxAllocations> maxAllocations = find(context, MaxAllocations.class);
        if (maxAllocations.isPresent()) {
            checkAllocations(checks, call, maxAllocations.get());
        }
        if (failsCleanly.isPresent()) {
            String plan = checks.testing().askedFor();
            mustBeEmpty(
                    plan == null
                            ? new Trials(method.getExecutable(), failsCleanly.get()).run()
                            : new Trial(checks, call, failsCleanly.get()).againHere(plan));
        }
    }

    /** The method's annotation, else its class's. */
    private static <A extends java.lang.annotation.Annotation> Optional<A> find(
            ExtensionContext context, Class<A> annotation) {
        return AnnotationSupport.findAnnotation(context.getElement(), annotation)
                .or(() -> AnnotationSupport.findAnnotation(context.getTestClass(), annotation));
    }

    private static void checkAllocations(Checks checks, Checks.Call call, MaxAllocations most) throws Throwable {
        String domain = "";
        for (Domain only : most.domain()) {
            domain = only.name().toLowerCase(Locale.ROOT);
        }
        long requests = checks.requests(call, domain);
        if (requests > most.value()) {
            throw new AssertionError("panamem: one call makes " + requests + " requests"
                    + (domain.isEmpty() ? "" : " of domain " + domain) + ", and may make " + most.value() + "\n"
                    + checks.mostAsking(requests));
        }
    }

    private static void mustBeEmpty(String report) {
        if (!report.isEmpty()) {
            throw new AssertionError(report);
        }
    }
}
