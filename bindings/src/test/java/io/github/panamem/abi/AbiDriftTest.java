package io.github.panamem.abi;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.panamem.fold.Fold;
import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The header and the bindings say the same: every name of either is in the other, with the C compiler's value. */
class AbiDriftTest {
    private static final Path INCLUDE = Path.of(System.getProperty("panamem.include"));
    private static final Path FOLDED = Path.of(System.getProperty("panamem.folded"));

    @TempDir
    Path folder;

    @Test
    void bindingsSayWhatTheCompilerSays() throws Exception {
        Map<String, Long> compiled = compiled();
        Map<String, Long> generated = new TreeMap<>();
        for (String name : classNames()) {
            generated.putAll(numbers(Class.forName(name)));
            generated.putAll(fieldBytes(Class.forName(name)));
        }
        assertSame(generated, compiled);
    }

    @Test
    void foldedClassesSayTheSame() throws Exception {
        Map<String, Long> compiled = compiled();
        compiled.keySet().removeIf(name -> name.endsWith("$layout"));
        Map<String, Long> folded = new TreeMap<>();
        try (var loader =
                new URLClassLoader(new URL[] {FOLDED.toUri().toURL()}, ClassLoader.getPlatformClassLoader())) {
            for (String name : classNames()) {
                if (Files.exists(FOLDED.resolve(name.replace('.', '/') + ".class"))) {
                    folded.putAll(numbers(loader.loadClass(name)));
                }
            }
        }
        assertSame(folded, compiled);
    }

    /** Java makes its upcall stubs from four longs to a long (the fourth unsigned in C); the compiled program asserts that C calls them so. */
    @Test
    void entriesHaveOneSignature() {
        assertThat(panamem_entry.descriptor())
                .isEqualTo(FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG));
    }

    private static void assertSame(Map<String, Long> bindings, Map<String, Long> header) {
        var names = new TreeSet<>(header.keySet());
        names.addAll(bindings.keySet());
        assertThat(names).isNotEmpty();
        assertAll(names.stream()
                .map(name -> () -> assertEquals(
                        header.get(name),
                        bindings.get(name),
                        name + " (after a change of the header: bindings/pom.xml, profile jextract)")));
    }

    private Map<String, Long> compiled() throws IOException, InterruptedException {
        Header header = Header.read(INCLUDE.resolve("panamem/abi.h"), INCLUDE.resolve("panamem/abi_pymalloc.h"));
        return Compiled.values(INCLUDE, header.facts(), folder);
    }

    /** The classes that jextract made, by the class files beside this one. */
    private static List<String> classNames() throws Exception {
        Path classes = Path.of(
                abi_h.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        try (var files = Files.list(classes.resolve("io/github/panamem/abi"))) {
            return files.map(file -> file.getFileName().toString())
                    .filter(file -> !file.startsWith("abi_h$"))
                    .map(file -> "io.github.panamem.abi." + file.replaceAll("\\.class$", ""))
                    .sorted()
                    .toList();
        }
    }

    private static Map<String, Long> numbers(Class<?> from) throws ReflectiveOperationException {
        var numbers = new TreeMap<String, Long>();
        for (Method method : Fold.numbers(from)) {
            numbers.put(from.getSimpleName() + "." + method.getName(), ((Number) method.invoke(null)).longValue());
        }
        return numbers;
    }

    private static Map<String, Long> fieldBytes(Class<?> from) throws ReflectiveOperationException {
        var bytes = new TreeMap<String, Long>();
        for (Method method : from.getDeclaredMethods()) {
            if (method.getName().endsWith("$layout")) {
                MemoryLayout layout = (MemoryLayout) method.invoke(null);
                bytes.put(from.getSimpleName() + "." + method.getName(), layout.byteSize());
            }
        }
        return bytes;
    }
}
