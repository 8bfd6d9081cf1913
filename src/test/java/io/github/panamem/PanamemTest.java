package io.github.panamem;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import com.sun.management.ThreadMXBean;
import io.github.panamem.observe.Snapshot;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Panamem in a Java program, with the real library: open, serve C code, close, open again. */
class PanamemTest {
    private static final SymbolLookup LIBRARY = library();
    private static final MethodHandle MALLOC = find("PyObject_Malloc", 1);
    private static final MethodHandle REALLOC = find("PyObject_Realloc", 2);
    private static final MethodHandle FREE = find("PyObject_Free", 1);
    private static final MethodHandle PING = find("panamem_ping", 1);

    private static final long LARGE_BYTES = 200_000;
    private static final Options UPCALL = Options.builder().malloc("upcall").build();

    private @Nullable Panamem opened;

    private Panamem open(Options options) {
        Panamem panamem = Panamem.open(options);
        opened = panamem;
        return panamem;
    }

    @AfterEach
    void close() {
        if (opened != null) {
            opened.limit(0);
            opened.limit(Domain.OBJ, 0);
            opened.close();
        }
    }

    @SuppressWarnings("restricted")
    private static SymbolLookup library() {
        return SymbolLookup.libraryLookup(Path.of(System.getProperty("panamem.library")), Arena.global());
    }

    @SuppressWarnings("restricted")
    private static MethodHandle find(String name, int arguments) {
        FunctionDescriptor function = FunctionDescriptor.of(JAVA_LONG);
        for (int i = 0; i < arguments; i++) {
            function = function.appendArgumentLayouts(JAVA_LONG);
        }
        return Linker.nativeLinker().downcallHandle(LIBRARY.findOrThrow(name), function);
    }

    private static long malloc(long bytes) {
        try {
            return (long) MALLOC.invokeExact(bytes);
        } catch (Throwable failure) {
            throw new AssertionError(failure);
        }
    }

    private static long realloc(long block, long bytes) {
        try {
            return (long) REALLOC.invokeExact(block, bytes);
        } catch (Throwable failure) {
            throw new AssertionError(failure);
        }
    }

    private static void free(long block) {
        try {
            long ignored = (long) FREE.invokeExact(block);
        } catch (Throwable failure) {
            throw new AssertionError(failure);
        }
    }

    private static long ping(long value) {
        try {
            return (long) PING.invokeExact(value);
        } catch (Throwable failure) {
            throw new AssertionError(failure);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"arena", "upcall", "arena_debug", "upcall_debug"})
    void javaServesCCode(String malloc) {
        Panamem panamem = open(Options.builder().malloc(malloc).build());
        long crossingsBefore = panamem.statistics().threads().crossings();
        long small = malloc(100);
        long large = realloc(malloc(100), LARGE_BYTES);
        assertThat(panamem.active()).isEqualTo(malloc);
        assertThat(ping(3)).isEqualTo(3);
        assertThat(panamem.statistics().threads().crossings()).isGreaterThan(crossingsBefore);
        assertThat(panamem.check()).isEmpty();
        free(small);
        free(large);
        assertThat(panamem.check()).isEmpty();
        panamem.close();
        assertThat(ping(3)).isZero();
    }

    @Test
    void closeKeepsAndReportsWhatIsLive() {
        Panamem panamem = open(UPCALL);
        Remains before = panamem.close();
        panamem = open(UPCALL);
        long small = malloc(100);
        long large = malloc(LARGE_BYTES);
        Remains remains = panamem.close();
        assertThat(remains.liveBlocks()).isEqualTo(before.liveBlocks() + 2);
        assertThat(remains.liveBytes()).isGreaterThanOrEqualTo(before.liveBytes() + 100 + LARGE_BYTES);
        assertThat(remains.committedBytes()).isGreaterThanOrEqualTo(remains.liveBytes());
        long moved = realloc(small, 1000);
        free(moved);
        free(large);
        assertThat(Panamem.open(UPCALL).close().liveBlocks()).isEqualTo(before.liveBlocks());
    }

    @Test
    void blocksOutliveCloseAndReopen() {
        Panamem first = open(UPCALL);
        long block = malloc(LARGE_BYTES);
        first.close();
        long fallback = malloc(50);
        Panamem second = open(Options.builder().malloc("arena").build());
        assertThat(second).isNotSameAs(first);
        free(realloc(block, 2 * LARGE_BYTES));
        free(fallback);
        assertThat(second.check()).isEmpty();
        first.close();
        assertThat(ping(3)).isEqualTo(3);
        second.close();
    }

    @Test
    void onlyAnOpenPanamemIsInstalledAndOnlyIntoACPython() {
        Panamem panamem = open(UPCALL);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> panamem.installInto(Path.of("/nowhere/libpython3.so")))
                .withMessageContaining("cannot load libpython: /nowhere/libpython3.so");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> panamem.installInto(Path.of("libm.so.6")))
                .withMessageContaining("libm.so.6 has no PyMem_SetAllocator");
        panamem.close();
        assertThatIllegalStateException()
                .isThrownBy(() -> panamem.installInto(Path.of("libm.so.6")))
                .withMessageContaining("between Panamem.open() and close()");
    }

    @Test
    void oneIsOpenAtATime() {
        Panamem panamem = open(UPCALL);
        assertThat(Panamem.open(UPCALL)).isSameAs(panamem);
        assertThatIllegalStateException()
                .isThrownBy(() -> Panamem.open(Options.builder().build()))
                .withMessageContaining("upcall");
        panamem.close();
    }

    @Test
    void theLibrarysOwnLineTellsWhatIsWrong() {
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> Panamem.open(Options.builder().malloc("nonsense").build()))
                .withMessageContaining("'nonsense'")
                .withMessageContaining("allowed: ");
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        Panamem.open(Options.builder().with("limit", "much").build()))
                .withMessageContaining("'much'");
    }

    @Test
    void aUsersClassThatIsAbsentIsAnErrorAndLeavesItClosed() {
        assertThatIllegalStateException()
                .isThrownBy(() -> Panamem.open(
                        Options.builder().malloc("java:no.such.Class").build()))
                .withMessageContaining("java:no.such.Class");
        assertThat(ping(3)).isZero();
    }

    @Test
    void limitsHoldAndAreLifted() {
        Panamem panamem = open(UPCALL);
        long committed = panamem.statistics().pageHeap().committedBytes();
        panamem.limit(committed + LARGE_BYTES);
        assertThat(malloc(10 * LARGE_BYTES)).isZero();
        panamem.limit(0);
        long block = malloc(10 * LARGE_BYTES);
        assertThat(block).isNotZero();
        free(block);
        panamem.limit(Domain.OBJ, 1);
        assertThat(malloc(LARGE_BYTES)).isZero();
        panamem.limit(Domain.OBJ, 0);
        panamem.close();
    }

    @Test
    void purgeReturnsWhatIsFree() {
        Panamem panamem = open(UPCALL);
        free(malloc(LARGE_BYTES));
        assertThat(panamem.statistics().pageHeap().dirtyBytes()).isPositive();
        assertThat(panamem.purge(0)).isPositive();
        assertThat(panamem.statistics().pageHeap().dirtyBytes()).isZero();
        panamem.close();
    }

    @Test
    void aMillionCallsMakeNoGarbage() {
        Panamem panamem = open(UPCALL);
        ThreadMXBean threads = ManagementFactory.getPlatformMXBean(ThreadMXBean.class);
        calls();
        long before = threads.getCurrentThreadAllocatedBytes();
        long unrelated = threads.getCurrentThreadAllocatedBytes() - before;
        before = threads.getCurrentThreadAllocatedBytes();
        calls();
        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isEqualTo(unrelated);
        Snapshot snapshot = panamem.statistics();
        assertThat(snapshot.threads().crossings()).isGreaterThan(1_000_000);
        panamem.close();
    }

    private static void calls() {
        for (int i = 0; i < 250_000; i++) {
            ping(i);
            long block = malloc(i % 1000);
            block = realloc(block, i % 100 == 0 ? LARGE_BYTES : 2L * (i % 1000));
            free(block);
        }
    }
}
