package io.github.panamem.benchmarks.jmh;

import io.github.panamem.sizeclass.SizeClass;
import java.util.SplittableRandom;
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

/** From bytes to size class, for sizes that no predictor learns. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class SizeClassBenchmark {
    private static final int COUNT = 4096;

    @Param({"512", "32768"})
    int maxBytes;

    private final int[] bytes = new int[COUNT];

    @Setup
    public void draw() {
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < COUNT; i++) {
            bytes[i] = random.nextInt(1, maxBytes + 1);
        }
    }

    @Benchmark
    @OperationsPerInvocation(COUNT)
    public int lookup() {
        int sum = 0;
        for (int size : bytes) {
            sum += SizeClass.of(size);
        }
        return sum;
    }
}
