package io.github.panamem.benchmarks;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One contender in one row: the command to run, again in each round.
 *
 * @param input what the command reads; empty: nothing
 * @param output where it says what it cost and did
 * @param expected what must say that it served
 */
record Cell(
        String row,
        String contender,
        List<String> command,
        Map<String, String> variables,
        Optional<Path> input,
        Output output,
        Served expected) {

    /**
     * Where figures are found, besides those on stdout.
     *
     * @param cost where the command leaves its JSON line; empty: on stdout
     * @param report where the library leaves its report; it need not be there
     * @param rate how stdout tells what a program did in a fixed time
     */
    record Output(Optional<Path> cost, Optional<Path> report, Optional<ProgramRow.Rate> rate) {
        static final Output STDOUT = new Output(Optional.empty(), Optional.empty(), Optional.empty());

        static Output cost(Path file) {
            return new Output(Optional.of(file), Optional.empty(), Optional.empty());
        }
    }

    /** The allocator and the core that must say they served; empty: whoever it was. */
    record Served(String active, String core) {
        static final Served ANYBODY = new Served("", "");
    }
}
