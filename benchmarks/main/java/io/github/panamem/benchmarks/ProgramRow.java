package io.github.panamem.benchmarks;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A program of mimalloc-bench.
 *
 * @param target of its CMake project; empty: source is a file of mimalloc's tree
 * @param input what it reads, below that project's folder bench; or empty
 * @param rate how a program that runs for a fixed time says what it did
 */
record ProgramRow(
        String name,
        String title,
        String target,
        String source,
        List<String> command,
        String input,
        Optional<Rate> rate,
        boolean quick)
        implements Row {

    /** The expression's first group is the time for the work, or the work per second. */
    record Rate(Pattern pattern, boolean perSecond) {}

    static ProgramRow of(RowsFile.Line line) {
        return new ProgramRow(
                line.text("row"),
                line.text("title"),
                line.text("target", ""),
                line.text("source", ""),
                List.of(line.text("command").split(" ")),
                line.text("input", ""),
                rate(line),
                line.yes("quick"));
    }

    private static Optional<Rate> rate(RowsFile.Line line) {
        boolean perSecond = !line.text("per_second", "").isEmpty();
        String pattern = line.text(perSecond ? "per_second" : "seconds", "");
        return pattern.isEmpty() ? Optional.empty() : Optional.of(new Rate(Pattern.compile(pattern), perSecond));
    }
}
