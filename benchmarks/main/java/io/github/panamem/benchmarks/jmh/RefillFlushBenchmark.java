package io.github.panamem.benchmarks.jmh;

import io.github.panamem.abi.panamem_magazine;
import io.github.panamem.heap.Heap;
import io.github.panamem.heap.Magazine;
import io.github.panamem.memory.Memory;
import io.github.panamem.sizeclass.SizeClass;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Java's share of magazines: a refill and the flush of the same blocks, per block; no crossing in it. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class RefillFlushBenchmark {
    private static final int BATCH = 32;

    @Param({"64", "512"})
    int blockBytes;

    private long thread;
    private int bin;
    private long magazine;

    @Setup
    public void openHeap() throws Throwable {
        thread = Library.freshHeapThread();
        bin = SizeClass.of(blockBytes); // of the RAW domain, whose number is 0
        magazine = Magazine.address(thread, bin);
    }

    @Benchmark
    @OperationsPerInvocation(BATCH)
    public long refillAndFlush() {
        long pushed = Heap.refill(thread, bin, BATCH);
        long given = Heap.flush(thread, bin, BATCH);
        if (pushed != BATCH || given != BATCH) {
            throw new IllegalStateException("refilled " + pushed + ", flushed " + given);
        }
        // What C does after a flush of all that was there.
        Memory.putLong(
                magazine + panamem_magazine.top$offset(), Memory.getLong(magazine + panamem_magazine.base$offset()));
        return given;
    }
}
