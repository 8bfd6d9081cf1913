package io.github.panamem.benchmarks;

import java.util.ArrayList;
import java.util.List;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;

/** Allocates on purpose: garbage that the check must see. */
@BenchmarkMode(Mode.AverageTime)
public class WastefulBenchmark {
    @Benchmark
    public List<Object> list() {
        return new ArrayList<>(10);
    }
}
