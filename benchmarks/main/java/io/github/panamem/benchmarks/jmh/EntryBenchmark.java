package io.github.panamem.benchmarks.jmh;

import io.github.panamem.heap.Heap;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** What the entries allocate and free do, called from Java: the part of an upcall pair that is not crossing. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class EntryBenchmark {
    /** Small, small with many size classes between, and large. */
    @Param({"64", "4096", "65536"})
    long requestBytes;

    private long thread;

    @Setup
    public void openHeap() throws Throwable {
        thread = Library.freshHeapThread();
    }

    @Benchmark
    public long allocateAndFree() {
        return Heap.free(thread, Heap.allocate(thread, requestBytes, 0), 0);
    }
}
