package io.github.panamem;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toCollection;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaCodeUnitAccess;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The arrows between packages point down, and few files make restricted calls; read from the compiled classes. */
class LayersTest {
    private static final String ROOT = "io.github.panamem";

    /** From the lowest layer up. Packages of one layer stand beside each other and do not know each other. */
    private static final List<Set<String>> LAYERS = List.of(
            Set.of("abi", "spi"),
            Set.of("memory"),
            Set.of("os"),
            Set.of("sizeclass"),
            Set.of("arena", "pool"),
            Set.of("heap"),
            Set.of("domain", "heap.pymalloc", "observe", "trace"),
            Set.of("bridge"),
            Set.of("image"),
            Set.of(""),
            Set.of("test"));

    /** Every class that may call what the JDK restricts, and the methods it calls. */
    private static final Map<String, Set<String>> RESTRICTED = Map.of(
            "memory.Memory", Set.of("reinterpret"),
            "os.ForeignLibC", Set.of("downcallHandle"),
            "bridge.UpcallStub", Set.of("upcallStub"),
            "bridge.Library", Set.of("downcallHandle", "libraryLookup"));

    private static final Set<String> RESTRICTED_METHODS = Set.of(
            "reinterpret",
            "downcallHandle",
            "upcallStub",
            "libraryLookup",
            "withTargetLayout",
            "enableNativeAccess",
            "load",
            "loadLibrary");

    private static final Set<String> RESTRICTED_OWNERS = Set.of(
            "java.lang.foreign.MemorySegment",
            "java.lang.foreign.Linker",
            "java.lang.foreign.SymbolLookup",
            "java.lang.foreign.AddressLayout",
            "java.lang.ModuleLayer$Controller",
            "java.lang.System",
            "java.lang.Runtime");

    @Test
    void packagesUseOnlyLowerPackages() throws URISyntaxException {
        var upwards = classes()
                .flatMap(from -> from.getDirectDependenciesFromSelf().stream())
                .filter(arrow -> arrow.getTargetClass().getPackageName().startsWith(ROOT))
                .filter(arrow -> !arrow.getTargetClass()
                        .getPackageName()
                        .equals(arrow.getOriginClass().getPackageName()))
                .filter(arrow -> layer(arrow.getTargetClass()) >= layer(arrow.getOriginClass()))
                .map(Object::toString);
        assertThat(upwards).isEmpty();
    }

    @Test
    void fewFilesMakeRestrictedCalls() throws URISyntaxException {
        Map<String, Set<String>> callers = classes()
                .flatMap(from -> from.getCodeUnitAccessesFromSelf().stream())
                .filter(call -> RESTRICTED_METHODS.contains(call.getTarget().getName()))
                .filter(call -> RESTRICTED_OWNERS.contains(call.getTargetOwner().getName()))
                .collect(groupingBy(
                        LayersTest::file,
                        TreeMap::new,
                        mapping(call -> call.getTarget().getName(), toCollection(TreeSet::new))));
        assertThat(callers).containsExactlyInAnyOrderEntriesOf(RESTRICTED);
    }

    private static Stream<JavaClass> classes() throws URISyntaxException {
        Path compiled = Path.of(LayersTest.class
                        .getProtectionDomain()
                        .getCodeSource()
                        .getLocation()
                        .toURI())
                .resolveSibling("classes");
        List<JavaClass> classes = new ClassFileImporter()
                .importPaths(compiled).stream()
                        .filter(found -> found.getPackageName().startsWith(ROOT))
                        .toList();
        assertThat(classes).isNotEmpty();
        return classes.stream();
    }

    private static int layer(JavaClass of) {
        String name = of.getPackageName().substring(ROOT.length()).replaceFirst("^\\.", "");
        for (int i = 0; i < LAYERS.size(); i++) {
            if (LAYERS.get(i).contains(name)) {
                return i;
            }
        }
        throw new AssertionError("package " + name + " has no layer yet");
    }

    private static String file(JavaCodeUnitAccess<?> call) {
        String name = call.getOriginOwner().getName().substring(ROOT.length() + 1);
        return name.replaceFirst("\\$.*", "");
    }
}
