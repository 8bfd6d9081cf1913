package io.github.panamem.benchmarks.jmh;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.github.panamem.heap.Heap;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.file.Path;

/** What the Java benchmarks need of C: a heap of their own, a thread in it, and loops that call back. */
public final class Library {
    /** Where the libraries lie; set by the command that forks the benchmarks. */
    public static final String TESTING_PROPERTY = "panamem.testing.library";

    public static final String LOOPS_PROPERTY = "panamem.bench.loops";

    private static final long RANGE_BYTES = 1L << 30;
    private static final Linker LINKER = Linker.nativeLinker();
    private static final MethodType ENTRY = MethodType.methodType(long.class, long.class, long.class, long.class);

    private Library() {}

    /** Attaches the core to a fresh heap and answers a thread in it whose magazines are open. */
    static long freshHeapThread() throws Throwable {
        SymbolLookup testing = lookup(TESTING_PROPERTY);
        MethodHandle reset = LINKER.downcallHandle(
                testing.findOrThrow("panamem_testing_heap_reset"), FunctionDescriptor.of(JAVA_LONG, JAVA_LONG));
        MethodHandle thread =
                LINKER.downcallHandle(testing.findOrThrow("panamem_testing_thread"), FunctionDescriptor.of(JAVA_LONG));
        long heap = (long) reset.invokeExact(RANGE_BYTES);
        if (heap == 0 || !Heap.attach(heap)) {
            throw new IllegalStateException("no heap of " + RANGE_BYTES + " bytes");
        }
        return (long) thread.invokeExact();
    }

    /** (called, count) → sum of the answers. */
    static MethodHandle calls() {
        return LINKER.downcallHandle(
                lookup(LOOPS_PROPERTY).findOrThrow("panamem_bench_calls"),
                FunctionDescriptor.of(JAVA_LONG, ADDRESS, JAVA_LONG));
    }

    /** (allocate, free, thread, request, count) → blocks that came and went. */
    static MethodHandle pairs() {
        return LINKER.downcallHandle(
                lookup(LOOPS_PROPERTY).findOrThrow("panamem_bench_pairs"),
                FunctionDescriptor.of(JAVA_LONG, ADDRESS, ADDRESS, JAVA_LONG, JAVA_LONG, JAVA_LONG));
    }

    /** An upcall stub for a static method of the entries' shape. */
    static MemorySegment stub(MethodHandles.Lookup caller, Class<?> owner, String name)
            throws ReflectiveOperationException {
        return LINKER.upcallStub(
                caller.findStatic(owner, name, ENTRY),
                FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG),
                Arena.global());
    }

    private static SymbolLookup lookup(String property) {
        String path = System.getProperty(property);
        if (path == null) {
            throw new IllegalStateException(property + " is not set; run ./panamem bench jmh");
        }
        return SymbolLookup.libraryLookup(Path.of(path), Arena.global());
    }
}
