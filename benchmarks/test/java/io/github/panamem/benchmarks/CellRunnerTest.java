package io.github.panamem.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CellRunnerTest {
    @TempDir
    Path scratch;

    private static Cell shell(String script) {
        return shell(script, Cell.Output.STDOUT, Cell.Served.ANYBODY);
    }

    private static Cell shell(String script, Cell.Output output, Cell.Served expected) {
        List<String> command = List.of("sh", "-c", script);
        return new Cell("row", "contender", command, Map.of("GIVEN", "7.5"), Optional.empty(), output, expected);
    }

    private Sample run(Cell cell) throws Exception {
        return new CellRunner(scratch, Duration.ofMinutes(1)).run(cell);
    }

    @Test
    void readsTheJsonLineOnStdout() throws Exception {
        Sample sample = run(shell("echo {\\\"wallNsPerOperation\\\":$GIVEN}"));
        assertThat(Sample.Figure.WALL_NS.of(sample)).isEqualTo(7.5);
        assertThat(Sample.Figure.CROSSINGS.of(sample)).isNaN();
    }

    @Test
    void readsTheCostFileWhenTheCommandHasOne() throws Exception {
        Path cost = scratch.resolve("cost.json");
        String script = "echo noise; echo {\\\"peakRssKib\\\":2048} > " + cost;
        Sample sample = run(shell(script, Cell.Output.cost(cost), Cell.Served.ANYBODY));
        assertThat(Sample.Figure.PEAK_RSS_MIB.of(sample)).isEqualTo(2);
    }

    @Test
    void refusesFiguresOfAnotherAllocator() {
        String script = "echo {\\\"active\\\":\\\"arena\\\",\\\"core\\\":\\\"jvm\\\"}";
        assertThatThrownBy(() -> run(shell(script, Cell.Output.STDOUT, new Cell.Served("malloc", ""))))
                .isInstanceOf(CellRunner.Failure.class)
                .hasMessage("served by arena instead of malloc");
        assertThatThrownBy(() -> run(shell(script, Cell.Output.STDOUT, new Cell.Served("arena", "native"))))
                .hasMessage("served by jvm instead of native");
    }

    @Test
    void readsWhatTheLibraryReportedAndNoReportOfAnEarlierRun() throws Exception {
        Path report = scratch.resolve("report.txt");
        Cell.Output output = new Cell.Output(Optional.empty(), Optional.of(report), Optional.empty());
        String text = """
                panamem 0.1.0 report, process 1: allocator arena, core jvm, ready after 90.5 ms (70.0 ms CPU)
                calls 2000, crossings 5 (5.00 per 1,000 calls), threads 1
                fallback handed out 1000 blocks (50.00 %% of calls): boot 1000, child 0
                """;
        String script = "printf '" + text + "' > " + report + "; echo {}";
        Sample sample = run(shell(script, output, new Cell.Served("arena", "jvm")));
        assertThat(Sample.Figure.CROSSINGS.of(sample)).isEqualTo(5);
        assertThat(Sample.Figure.FALLBACK.of(sample)).isEqualTo(50);
        assertThat(Sample.Figure.READY_MS.of(sample)).isEqualTo(90.5);
        assertThatThrownBy(() -> run(shell("echo {}", output, Cell.Served.ANYBODY)))
                .hasMessage("the library left no report");
        assertThatThrownBy(() -> run(shell("echo other > " + report + "; echo {}", output, Cell.Served.ANYBODY)))
                .hasMessageStartingWith("no line like");
    }

    @Test
    void theCostOfAFixedTimeIsInProportionToTheWork() throws Exception {
        Path cost = scratch.resolve("cost.json");
        String script = "echo said 4; echo {\\\"processCpuMs\\\":100,\\\"processWallMs\\\":50} > " + cost;
        for (boolean perSecond : List.of(true, false)) {
            ProgramRow.Rate rate = new ProgramRow.Rate(Pattern.compile("said ([0-9]+)"), perSecond);
            Cell.Output output = new Cell.Output(Optional.of(cost), Optional.empty(), Optional.of(rate));
            Sample sample = run(shell(script, output, Cell.Served.ANYBODY));
            assertThat(Sample.Figure.COST_CPU_MS.of(sample)).isEqualTo(perSecond ? 100 * 1e6 / 4 : 400);
            assertThat(Sample.Figure.COST_WALL_MS.of(sample)).isEqualTo(perSecond ? 50 * 1e6 / 4 : 200);
            assertThatThrownBy(() -> run(shell(script.replace("said", "lost"), output, Cell.Served.ANYBODY)))
                    .hasMessageStartingWith("printed nothing like");
        }
    }

    @Test
    void aCommandReadsItsInput() throws Exception {
        Path input = Files.writeString(scratch.resolve("input"), "{\"peakRssKib\":1024}");
        Cell cell = new Cell(
                "row",
                "contender",
                List.of("cat"),
                Map.of(),
                Optional.of(input),
                Cell.Output.STDOUT,
                Cell.Served.ANYBODY);
        assertThat(Sample.Figure.PEAK_RSS_MIB.of(run(cell))).isEqualTo(1);
    }

    @Test
    void saysWhatACommandSaidWhenItFailed() {
        assertThatThrownBy(() -> run(shell("echo first >&2; echo last >&2; exit 3")))
                .isInstanceOf(CellRunner.Failure.class)
                .hasMessage("exit 3: last");
        assertThatThrownBy(() -> run(shell("exit 0")))
                .isInstanceOf(CellRunner.Failure.class)
                .hasMessage("printed nothing");
    }

    @Test
    void endsACommandThatHangs() {
        Cell cell = shell("read never < /dev/zero");
        assertThatThrownBy(() -> new CellRunner(scratch, Duration.ofMillis(50)).run(cell))
                .isInstanceOf(CellRunner.Failure.class)
                .hasMessageStartingWith("not done after");
    }

    @Test
    void passesNothingOfItsOwnEnvironmentButWhatFindsAJdk() throws Exception {
        Sample sample = run(
                shell(
                        "echo {\\\"wallNsPerOperation\\\":$(env | grep -cvE '^(PATH|HOME|TMPDIR|JAVA_HOME|PANAMEM_JAVA_HOME|GIVEN|PWD|SHLVL|_)=')}"));
        assertThat(Sample.Figure.WALL_NS.of(sample)).isZero();
    }
}
