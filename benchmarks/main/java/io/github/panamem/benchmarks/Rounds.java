package io.github.panamem.benchmarks;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** Runs groups of cells round by round: all contenders of a row one after the other, beginning at another each round. */
final class Rounds {
    /** The cells of one row, and how often it is run. */
    record Group(List<Cell> cells, int rounds) {}

    private final CellRunner runner;
    private final Results results;
    private final AfterRound afterRound;
    private final Set<Cell> failed = new HashSet<>();

    /** Told how many rounds are done. */
    interface AfterRound {
        void done(int rounds) throws IOException;
    }

    Rounds(CellRunner runner, Results results, AfterRound afterRound) {
        this.runner = runner;
        this.results = results;
        this.afterRound = afterRound;
    }

    /** Rounds that were run, and the rows that none of them came to. */
    record Outcome(int rounds, List<String> leftOut) {}

    /**
     * Begins no round that would end after the budget if it took as long as the longest before. In the
     * first one rows are left out when the budget is spent before they begin, but never the first row.
     */
    Outcome run(List<Group> groups, Duration budget) throws IOException, InterruptedException {
        int rounds = groups.stream().mapToInt(Group::rounds).max().orElse(0);
        long total = groups.stream()
                .mapToLong(group -> (long) group.rounds() * group.cells().size())
                .sum();
        Instant begin = Instant.now();
        Duration longest = Duration.ZERO;
        List<String> leftOut = new ArrayList<>();
        try (Progress progress = new Progress(total)) {
            for (int round = 0; round < rounds; round++) {
                Instant roundBegin = Instant.now();
                if (round > 0
                        && Duration.between(begin, roundBegin).plus(longest).compareTo(budget) > 0) {
                    return new Outcome(round, leftOut);
                }
                for (Group group : groups) {
                    boolean spent = Duration.between(begin, Instant.now()).compareTo(budget) > 0;
                    if (round == 0 && spent && group != groups.getFirst()) {
                        leftOut.addAll(
                                group.cells().stream().map(Cell::row).distinct().toList());
                    } else if (round < group.rounds()) {
                        run(group, round, progress);
                    }
                }
                Duration taken = Duration.between(roundBegin, Instant.now());
                longest = taken.compareTo(longest) > 0 ? taken : longest;
                progress.roundDone(round + 1, rounds);
                afterRound.done(round + 1);
            }
        }
        return new Outcome(rounds, leftOut);
    }

    /** A cell that failed once is left out of the later rounds: it would fail again, and each failure costs a boot. */
    private void run(Group group, int round, Progress progress) throws IOException, InterruptedException {
        for (Cell cell : Statistics.rotated(group.cells(), round)) {
            progress.begin(cell);
            if (!failed.contains(cell)) {
                try {
                    results.add(cell, runner.run(cell));
                } catch (CellRunner.Failure failure) {
                    failed.add(cell);
                    results.fail(cell, "round " + (round + 1) + ": " + failure.getMessage());
                }
            }
            progress.done();
        }
    }

    /** A bar on a terminal, one line a round elsewhere; on stderr, as stdout is for the result. */
    private static final class Progress implements AutoCloseable {
        private final ProgressBar bar;

        Progress(long total) {
            boolean terminal = System.console() != null && System.console().isTerminal();
            bar = terminal
                    ? new ProgressBarBuilder()
                            .setTaskName("bench")
                            .setInitialMax(total)
                            .setStyle(ProgressBarStyle.ASCII)
                            .build()
                    : null;
        }

        void begin(Cell cell) {
            if (bar != null) {
                bar.setExtraMessage(" " + cell.row() + ", " + cell.contender());
            }
        }

        void done() {
            if (bar != null) {
                bar.step();
            }
        }

        void roundDone(int round, int rounds) {
            if (bar == null) {
                System.err.println("bench: round " + round + " of " + rounds);
            }
        }

        @Override
        public void close() {
            if (bar != null) {
                bar.close();
            }
        }
    }
}
