package io.github.panamem.benchmarks.jmh;

import io.github.panamem.heap.Heap;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** The cost of crossing from C into Java: nothing done there, and a block allocated and freed there. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class UpcallBenchmark {
    private static final int COUNT = 10_000;
    private static final long REQUEST_BYTES = 64;
    private static final MethodHandle CALLS = Library.calls();
    private static final MethodHandle PAIRS = Library.pairs();

    private long thread;
    private MemorySegment ping;
    private MemorySegment allocate;
    private MemorySegment free;

    @Setup
    public void makeStubs() throws Throwable {
        thread = Library.freshHeapThread();
        MethodHandles.Lookup lookup = MethodHandles.lookup();
        ping = Library.stub(lookup, UpcallBenchmark.class, "answer");
        allocate = Library.stub(lookup, Heap.class, "allocate");
        free = Library.stub(lookup, Heap.class, "free");
    }

    private static long answer(long value, long unused, long unused2) {
        return value;
    }

    @Benchmark
    @OperationsPerInvocation(COUNT)
    public long noop() throws Throwable {
        long sum = (long) CALLS.invokeExact(ping, (long) COUNT);
        if (sum != COUNT) {
            throw new IllegalStateException("only " + sum + " calls arrived");
        }
        return sum;
    }

    @Benchmark
    @OperationsPerInvocation(COUNT)
    public long allocateAndFree() throws Throwable {
        long pairs = (long) PAIRS.invokeExact(allocate, free, thread, REQUEST_BYTES, (long) COUNT);
        if (pairs != COUNT) {
            throw new IllegalStateException("only " + pairs + " pairs");
        }
        return pairs;
    }
}
