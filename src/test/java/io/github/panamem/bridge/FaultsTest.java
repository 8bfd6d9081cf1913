package io.github.panamem.bridge;

import static io.github.panamem.abi.abi_h.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.panamem.abi.panamem_heap;
import io.github.panamem.abi.panamem_pymalloc;
import io.github.panamem.memory.Memory;
import io.github.panamem.testing.TestHeap;
import java.io.File;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A fault in any entry answers 0 to C. An exception that left an upcall would end this process.
 *
 * <p>Faults can be injected into a second set of our classes, loaded with the property that allows it.
 */
class FaultsTest {
    private static final long RANGE_BYTES = 16L * PANAMEM_ARENA_BYTES();

    private static URLClassLoader loader;
    private static long heap;

    @BeforeAll
    static void loadInjectableClasses() throws ReflectiveOperationException {
        URL[] classPath = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(FaultsTest::url)
                .toArray(URL[]::new);
        loader = new URLClassLoader(classPath, ClassLoader.getPlatformClassLoader());
        heap = TestHeap.reset(RANGE_BYTES);
        long mapRoot = heap + panamem_heap.pymalloc$offset() + panamem_pymalloc.map_root$offset();
        Memory.putLong(mapRoot, 1); // as if pymalloc had been chosen: its entries are to be there as well
        System.setProperty(Faults.INJECTABLE_PROPERTY, "true");
        try {
            call("heap.Heap", "attach", long.class, heap);
            call("bridge.UserAllocator", "install", String.class, UserAllocators.Good.class.getName());
            fillTable();
            inject(null);
        } finally {
            System.clearProperty(Faults.INJECTABLE_PROPERTY);
            Memory.putLong(mapRoot, 0);
        }
    }

    @AfterAll
    static void close() throws IOException {
        loader.close();
    }

    private static URL url(String path) {
        try {
            return new File(path).toURI().toURL();
        } catch (MalformedURLException impossible) {
            throw new AssertionError(impossible);
        }
    }

    private static void fillTable() throws ReflectiveOperationException {
        Class<?> points = loader.loadClass("io.github.panamem.bridge.EntryPoints");
        var stubs = loader.loadClass("io.github.panamem.bridge.UpcallStub").getDeclaredField("ONE");
        stubs.setAccessible(true);
        loader.loadClass("io.github.panamem.bridge.EntryTable")
                .getMethod("fill", long.class, points)
                .invoke(null, heap, stubs.get(null));
    }

    private static void call(String className, String method, Class<?> parameter, @Nullable Object argument)
            throws ReflectiveOperationException {
        var found = loader.loadClass("io.github.panamem." + className).getDeclaredMethod(method, parameter);
        found.setAccessible(true);
        found.invoke(null, argument);
    }

    private static void inject(@Nullable Throwable fault) throws ReflectiveOperationException {
        call("bridge.Faults", "inject", Throwable.class, fault);
    }

    static int[] entries() {
        return IntStream.range(0, PANAMEM_ENTRIES())
                .filter(entry -> Stubs.address(heap, entry) != 0)
                .toArray();
    }

    @ParameterizedTest
    @MethodSource("entries")
    void aFaultAnswersNo(int entry) throws ReflectiveOperationException {
        long thread = TestHeap.thread();
        for (Throwable fault : new Throwable[] {
            new IllegalStateException("of the test"),
            new Exception("checked"),
            new OutOfMemoryError("of the test"),
            new StackOverflowError("of the test"),
            new LinkageError("of the test")
        }) {
            inject(fault);
            assertThat(Stubs.call(heap, entry, thread, 1, 1)).isZero();
        }
        inject(null);
        assertThat(Stubs.call(heap, PANAMEM_ENTRY_PING(), 5, 0, 0)).isEqualTo(5);
    }

    @Test
    void theHeapCheckTellsOfTheFirst() throws ReflectiveOperationException {
        inject(new IllegalStateException("of the test"));
        assertThat(Stubs.call(heap, PANAMEM_ENTRY_PING(), 5, 0, 0)).isZero();
        inject(null);
        try (var arena = java.lang.foreign.Arena.ofConfined()) {
            var text = arena.allocate(512);
            assertThat(Stubs.call(heap, PANAMEM_ENTRY_CHECK(), 0, text.address(), text.byteSize()))
                    .isZero();
            assertThat(text.getString(0)).startsWith("an entry threw java.lang.IllegalStateException: of the test at ");
        }
    }

    @Test
    void everyEntryIsTested() {
        assertThat(entries()).hasSize(PANAMEM_ENTRIES());
    }
}
