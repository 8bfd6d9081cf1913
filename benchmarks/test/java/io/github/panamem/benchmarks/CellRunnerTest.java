package io.github.panamem.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CellRunnerTest {
    @TempDir
    Path scratch;

    private Cell shell(String script, Optional<Path> cost, Optional<String> active) {
        return new Cell("row", "contender", List.of("sh", "-c", script), Map.of("GIVEN", "7.5"), cost, active);
    }

    private Sample run(Cell cell) throws Exception {
        return new CellRunner(scratch, Duration.ofMinutes(1)).run(cell);
    }

    @Test
    void readsTheJsonLineOnStdout() throws Exception {
        Sample sample = run(shell("echo {\\\"wallNsPerOperation\\\":$GIVEN}", Optional.empty(), Optional.empty()));
        assertThat(Sample.Figure.WALL_NS.of(sample)).isEqualTo(7.5);
        assertThat(Sample.Figure.CROSSINGS.of(sample)).isNaN();
    }

    @Test
    void readsTheCostFileWhenTheCommandHasOne() throws Exception {
        Path cost = scratch.resolve("cost.json");
        String script = "echo noise; echo {\\\"peakRssKib\\\":2048} > " + cost;
        Sample sample = run(shell(script, Optional.of(cost), Optional.empty()));
        assertThat(Sample.Figure.PEAK_RSS_MIB.of(sample)).isEqualTo(2);
    }

    @Test
    void refusesFiguresOfAnotherAllocator() {
        Cell cell = shell("echo {\\\"active\\\":\\\"malloc\\\"}", Optional.empty(), Optional.of("arena"));
        assertThatThrownBy(() -> run(cell))
                .isInstanceOf(CellRunner.Failure.class)
                .hasMessage("served by malloc instead of arena");
    }

    @Test
    void saysWhatACommandSaidWhenItFailed() {
        assertThatThrownBy(
                        () -> run(shell("echo first >&2; echo last >&2; exit 3", Optional.empty(), Optional.empty())))
                .isInstanceOf(CellRunner.Failure.class)
                .hasMessage("exit 3: last");
        assertThatThrownBy(() -> run(shell("exit 0", Optional.empty(), Optional.empty())))
                .isInstanceOf(CellRunner.Failure.class)
                .hasMessage("printed nothing");
    }

    @Test
    void endsACommandThatHangs() {
        Cell cell = shell("read never < /dev/zero", Optional.empty(), Optional.empty());
        assertThatThrownBy(() -> new CellRunner(scratch, Duration.ofMillis(50)).run(cell))
                .isInstanceOf(CellRunner.Failure.class)
                .hasMessageStartingWith("not done after");
    }

    @Test
    void passesNothingOfItsOwnEnvironmentButWhatFindsAJdk() throws Exception {
        Sample sample = run(shell(
                "echo {\\\"wallNsPerOperation\\\":$(env | grep -cvE '^(PATH|HOME|TMPDIR|JAVA_HOME|PANAMEM_JAVA_HOME|GIVEN|PWD|SHLVL|_)=')}",
                Optional.empty(),
                Optional.empty()));
        assertThat(Sample.Figure.WALL_NS.of(sample)).isZero();
    }
}
