package io.github.panamem.benchmarks;

import java.util.Collection;
import java.util.List;
import java.util.Locale;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.RunResult;

/** Which benchmarks made garbage: serving a request must not allocate a single Java object. */
final class Garbage {
    private static final String BYTES_PER_OPERATION = "gc.alloc.rate.norm";

    /**
     * What the harness itself may allocate in an iteration; it takes about 6 KiB. A bound per operation would not do: on a
     * busy machine an iteration has few of them, and the harness's own share would look like theirs.
     */
    private static final double HARNESS_BYTES = 32 * 1024;

    private Garbage() {}

    /** A line for each that made some in all of its iterations; empty when all is well. */
    static List<String> in(Collection<RunResult> results) {
        return results.stream()
                .filter(result -> leastBytes(result) > HARNESS_BYTES)
                .map(result -> String.format(
                        Locale.ROOT,
                        "%s allocates %.1f bytes of Java heap per operation",
                        result.getParams().id(),
                        result.getSecondaryResults().get(BYTES_PER_OPERATION).getScore()))
                .toList();
    }

    private static double leastBytes(RunResult result) {
        return result.getBenchmarkResults().stream()
                .flatMap(fork -> fork.getIterationResults().stream())
                .mapToDouble(Garbage::bytes)
                .min()
                .orElseThrow();
    }

    private static double bytes(IterationResult iteration) {
        if (!iteration.getSecondaryResults().containsKey(BYTES_PER_OPERATION)) {
            throw new IllegalStateException("the gc profiler did not measure " + BYTES_PER_OPERATION);
        }
        return iteration.getSecondaryResults().get(BYTES_PER_OPERATION).getScore()
                * iteration.getMetadata().getAllOps();
    }
}
