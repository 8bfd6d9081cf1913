package io.github.panamem.benchmarks;

import java.util.Optional;
import java.util.Set;

/**
 * A row that the C program runs.
 *
 * @param quickOperations 0: not part of --quick
 * @param only the contenders that run it; empty: all that can
 * @param options more of PANAMEM_OPTIONS
 * @param floor set when it is no allocation: it stands under another row and is never ranked
 * @param point set when it is one of a scaling series
 */
record MicroRow(
        String name,
        String title,
        String pattern,
        long minBytes,
        long maxBytes,
        long liveCount,
        int threadCount,
        long seed,
        long operations,
        long quickOperations,
        long warmupOperations,
        Set<String> only,
        String options,
        Optional<Floor> floor,
        Optional<Point> point)
        implements Row {

    /** The contender that runs a floor, and the row above it. */
    record Floor(String contender, String againstRow) {}

    /** Where a row stands in its series. */
    record Point(String series, long x) {}

    static MicroRow of(RowsFile.Line line) {
        return new MicroRow(
                line.text("row"),
                line.text("title"),
                line.text("pattern"),
                line.count("min_bytes"),
                line.count("max_bytes", line.count("min_bytes")),
                line.count("live"),
                Math.toIntExact(line.count("threads")),
                line.count("seed"),
                line.count("operations"),
                line.count("quick", 0),
                line.count("warmup"),
                line.kind().equals("floor") ? Set.of(line.text("contender")) : Set.copyOf(line.names("contenders", "")),
                line.text("options", ""),
                line.kind().equals("floor")
                        ? Optional.of(new Floor(line.text("contender"), line.text("against")))
                        : Optional.empty(),
                line.kind().equals("scaling")
                        ? Optional.of(new Point(line.text("series"), line.count("x")))
                        : Optional.empty());
    }

    long shortOperations() {
        return quickOperations > 0 ? quickOperations : operations / 8;
    }

    String kind() {
        return point.isPresent() ? "scaling" : "micro";
    }

    boolean suits(Contender contender) {
        return contender.kinds().contains(kind())
                && (only.isEmpty() || only.contains(contender.name()))
                && (threadCount == 1 && !pattern.equals("churn") || !contender.oneThreadOnly());
    }
}
