package io.github.panamem.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RoundsTest {
    private static final Duration PLENTY = Duration.ofHours(1);

    @TempDir
    Path scratch;

    private final Results results = new Results();
    private final List<Integer> roundsDone = new ArrayList<>();

    /** A cell that writes its name down and prints a sample, unless exit is given. */
    private Cell cell(String row, String contender, String exit) {
        String script = "echo " + row + contender + " >> " + scratch.resolve("log") + exit + "; echo {}";
        List<String> command = List.of("sh", "-c", script);
        return new Cell(row, contender, command, Map.of(), Optional.empty(), Cell.Output.STDOUT, Cell.Served.ANYBODY);
    }

    private Rounds.Outcome run(List<Rounds.Group> groups, Duration budget) throws Exception {
        return new Rounds(new CellRunner(scratch, Duration.ofMinutes(1)), results, roundsDone::add).run(groups, budget);
    }

    private List<String> log() throws Exception {
        return Files.readAllLines(scratch.resolve("log"));
    }

    @Test
    void contendersOfARowRunOneAfterTheOtherAndBeginElsewhereEachRound() throws Exception {
        Rounds.Group twice = new Rounds.Group(List.of(cell("a", "1", ""), cell("a", "2", ""), cell("a", "3", "")), 2);
        Rounds.Group once = new Rounds.Group(List.of(cell("b", "1", ""), cell("b", "2", "")), 1);
        assertThat(run(List.of(twice, once), PLENTY)).isEqualTo(new Rounds.Outcome(2, List.of()));
        assertThat(log()).containsExactly("a1", "a2", "a3", "b1", "b2", "a2", "a3", "a1");
        assertThat(results.samples().get("a").get("1")).hasSize(2);
        assertThat(roundsDone).containsExactly(1, 2);
    }

    @Test
    void whatFailedOnceIsNotTriedAgain() throws Exception {
        Rounds.Group group = new Rounds.Group(List.of(cell("a", "1", "; exit 4"), cell("a", "2", "")), 3);
        run(List.of(group), PLENTY);
        assertThat(log()).containsExactly("a1", "a2", "a2", "a2");
        assertThat(results.failures()).containsExactly("a, 1: round 1: exit 4");
        assertThat(results.has("a", "1")).isFalse();
    }

    @Test
    void noRoundBeginsThatWouldPassTheBudgetAndRowsThatTheFirstDoesNotComeToAreNamed() throws Exception {
        Rounds.Group first = new Rounds.Group(List.of(cell("a", "1", ""), cell("a", "2", "")), 5);
        Rounds.Group second = new Rounds.Group(List.of(cell("b", "1", ""), cell("b", "2", "")), 5);
        assertThat(run(List.of(first, second), Duration.ZERO)).isEqualTo(new Rounds.Outcome(1, List.of("b")));
        assertThat(log()).containsExactly("a1", "a2");
    }
}
