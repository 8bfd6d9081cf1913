package io.github.panamem.benchmarks;

import java.util.Collection;
import java.util.List;
import java.util.Locale;
import org.openjdk.jmh.results.RunResult;

/** Which benchmarks made garbage: serving a request must not allocate a single Java object. */
final class Garbage {
    /** What the profiler calls the bytes allocated per operation. */
    static final String METRIC = "gc.alloc.rate.norm";

    /** Bytes per operation that the harness itself may leave, for it shares its thread with the benchmark. */
    static final double MOST_BYTES = 0.1;

    private Garbage() {}

    /** A line for each that made some; empty when all is well. */
    static List<String> in(Collection<RunResult> results) {
        return results.stream()
                .filter(Garbage::suspected)
                .map(result -> String.format(
                        Locale.ROOT,
                        "%s allocates %.1f bytes of Java heap per operation",
                        result.getParams().id(),
                        bytes(result)))
                .toList();
    }

    static boolean suspected(RunResult result) {
        return bytes(result) > MOST_BYTES;
    }

    private static double bytes(RunResult result) {
        if (!result.getSecondaryResults().containsKey(METRIC)) {
            throw new IllegalStateException("the gc profiler did not measure " + METRIC);
        }
        return result.getSecondaryResults().get(METRIC).getScore();
    }
}
