package io.github.panamem.test;

import io.github.panamem.bridge.Testing;
import java.io.IOException;
import java.io.Reader;
import java.lang.annotation.Annotation;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Properties;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.platform.commons.support.AnnotationSupport;
import org.junit.platform.commons.support.HierarchyTraversalMode;
import org.junit.platform.commons.support.ReflectionSupport;

/**
 * The JVM that tries a test method's requests one after the other, and writes down what it is at, because it may end at any of
 * them. Arguments: the folder of {@link Trials}, which tells the sites that need no further look, the class, the method, and the
 * first request.
 */
final class TrialMain {
    private final Path folder;
    private final Trial trial;
    private final Checks checks;
    private final Checks.Call call;
    private final FailsCleanly how;

    private TrialMain(Path folder, Checks checks, Checks.Call call, FailsCleanly how) {
        this.folder = folder;
        this.checks = checks;
        this.call = call;
        this.how = how;
        this.trial = new Trial(checks, call, how);
    }

    /** Ends with status 0 when all is tried. */
    public static void main(String[] arguments) throws Throwable {
        Path folder = Path.of(arguments[0]);
        takeProperties(folder.resolve(Trials.PROPERTIES));
        Checks checks = Checks.open();
        Class<?> type = Class.forName(arguments[1]);
        Method method = method(type, arguments[2]);
        FailsCleanly how = AnnotationSupport.findAnnotation(method, FailsCleanly.class)
                .or(() -> AnnotationSupport.findAnnotation(type, FailsCleanly.class))
                .orElseThrow();
        Object instance = prepared(type);
        Checks.Call call = () -> ReflectionSupport.invokeMethod(method, instance);
        new TrialMain(folder, checks, call, how).tryFrom(Long.parseLong(arguments[3]));
    }

    private static void takeProperties(Path file) throws IOException {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            properties.load(reader);
        }
        properties.stringPropertyNames().stream()
                .filter(name -> System.getProperty(name) == null)
                .forEach(name -> System.setProperty(name, properties.getProperty(name)));
    }

    private static Method method(Class<?> type, String name) {
        return ReflectionSupport.findMethod(type, name)
                .orElseThrow(() -> new IllegalStateException(
                        "panamem: @FailsCleanly needs a method without parameters: " + type.getName() + "." + name));
    }

    /** An instance of the class behind @BeforeAll and @BeforeEach. */
    private static Object prepared(Class<?> type) throws ReflectiveOperationException {
        invokeAll(type, null, BeforeAll.class);
        Constructor<?> constructor = type.getDeclaredConstructor();
        constructor.setAccessible(true);
        Object instance = constructor.newInstance();
        invokeAll(type, instance, BeforeEach.class);
        return instance;
    }

    private static void invokeAll(Class<?> type, @Nullable Object instance, Class<? extends Annotation> annotation) {
        AnnotationSupport.findAnnotatedMethods(type, annotation, HierarchyTraversalMode.TOP_DOWN).stream()
                .filter(method -> Modifier.isStatic(method.getModifiers()) == (instance == null))
                .forEach(method -> ReflectionSupport.invokeMethod(method, instance));
    }

    private void tryFrom(long first) throws Throwable {
        Set<String> known = Set.copyOf(Files.readAllLines(folder.resolve(Trials.KNOWN)));
        long requests = checks.requests(call, how.filter());
        note(new Progress.Counted(requests));
        for (long number = first; number <= requests; number++) {
            Testing.Noted noted = checks.testing().noted(number);
            Progress.Tried tried = new Progress.Tried(number, noted);
            if (known.contains(tried.site())) {
                continue;
            }
            note(tried);
            String plan = number + (how.filter().isEmpty() ? "" : ":" + how.filter());
            note(new Progress.Judged(number, trial.run(plan, requests)));
        }
    }

    private void note(Progress progress) throws IOException {
        Files.writeString(
                folder.resolve(Trials.PROGRESS),
                progress.line() + "\n",
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
    }
}
