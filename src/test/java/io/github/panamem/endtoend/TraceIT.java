package io.github.panamem.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tracing, judged by tracemalloc: the same blocks and bytes for the same lines. */
class TraceIT {
    private static final Path LINES = Place.ROOT.resolve("src/test/resources/trace/lines.py");

    private static final Path THREADS = Place.ROOT.resolve("src/test/resources/trace/threads.py");

    /** Those whose frames can be read, and by name what else this machine has: PANAMEM_TEST_PYTHONS, separated by colons. */
    static final List<String> PYTHONS = Stream.concat(
                    Stream.of(
                            Place.BUNDLED_PYTHON.toString(),
                            "/usr/bin/python3.11",
                            "/usr/bin/python3.12",
                            "/usr/bin/python3.13",
                            "/usr/bin/python3.14t",
                            "/usr/bin/python3.15"),
                    Stream.of(System.getenv()
                            .getOrDefault("PANAMEM_TEST_PYTHONS", "")
                            .split(":")))
            .filter(python -> !python.isEmpty())
            .toList();

    @TempDir
    Path folder;

    private Outcome traced(String python, String options, String... arguments) {
        List<String> command =
                Stream.concat(Stream.of(python), Stream.of(arguments)).toList();
        return Run.preloaded(command)
                .options(options + ",trace.file=" + folder.resolve("trace"))
                .go();
    }

    private static void assumeInstalled(String python) {
        assumeTrue(Files.isExecutable(Path.of(python)), () -> python + " is not installed");
    }

    private static boolean isFreeThreaded(String python) {
        return Run.of(List.of(python, "-c", "import sys; print(sys.version)"))
                .go()
                .out()
                .contains("free-threading");
    }

    private void expectWhatTracemallocSays(String python, Path script, String... manyOptions) {
        Outcome stock =
                Run.of(List.of(python, "-X", "tracemalloc", script.toString())).go();
        assertThat(stock.out().lines().count()).as(stock.err()).isGreaterThan(50);
        for (String options : manyOptions) {
            Outcome ours = traced(python, options, script.toString());
            assertThat(ours.out()).as("%s: %s", options, ours.err()).isEqualTo(stock.out());
        }
    }

    @ParameterizedTest
    @FieldSource("PYTHONS")
    void linesHaveWhatTracemallocSays(String python) {
        assumeInstalled(python);
        assumeFalse(isFreeThreaded(python), () -> python + " keeps its objects itself: not all of a line is traced");
        expectWhatTracemallocSays(python, LINES, "trace", "trace,boot=sync", "trace=1:1");
    }

    @ParameterizedTest
    @FieldSource("PYTHONS")
    void threadsAndCodeThatGoesHaveWhatTracemallocSays(String python) {
        assumeInstalled(python);
        expectWhatTracemallocSays(python, THREADS, "trace", "trace=8");
    }

    @ParameterizedTest
    @ValueSource(strings = {"arena", "arena_debug", "pymalloc", "upcall", "malloc"})
    void everyAllocatorIsTraced(String name) {
        String python = Place.BUNDLED_PYTHON.toString();
        Outcome stock =
                Run.of(List.of(python, "-X", "tracemalloc", LINES.toString())).go();
        Outcome ours = Run.preloaded(List.of(python, LINES.toString()))
                .malloc(name)
                .options("trace,trace.file=" + folder.resolve("trace"))
                .go();
        assertThat(ours.out()).as(ours.err()).isEqualTo(stock.out());
    }

    @Test
    void deeperSitesNameTheirCallers() throws IOException {
        String code = "def f():\n    return bytes(12345)\ndef g():\n    return f()\nx = g()";
        assertThat(traced(Place.BUNDLED_PYTHON.toString(), "trace=8", "-c", code)
                        .status())
                .isZero();
        assertThat(Files.readString(folder.resolve("trace")))
                .contains("<string>:2 in f < <string>:4 in g < <string>:5 in <module>\n");
    }

    @Test
    void aSampleSpeaksForTheRest() throws IOException {
        String code = "kept = [bytes(1000) for i in range(100000)]\nimport os\nos._exit(0)";
        String write = "import ctypes\nfile = open('" + folder.resolve("live") + "', 'w')\n"
                + "ctypes.CDLL(None).panamem_trace_write(file.fileno())\n";
        assertThat(traced(
                                Place.BUNDLED_PYTHON.toString(),
                                "trace=1:100",
                                "-c",
                                code.replace("import os", write + "import os"))
                        .status())
                .isZero();
        long bytes = Files.readString(folder.resolve("live"))
                .lines()
                .filter(line -> line.endsWith("<string>:1 in <module>"))
                .mapToLong(line -> Long.parseLong(line.strip().split(" +")[0]))
                .sum();
        assertThat(bytes).isBetween(95_000_000L, 115_000_000L); // 100,000 of 1,033 bytes
    }

    @Test
    void sitesAreLinesOfJsonToo() throws IOException {
        assertThat(traced(Place.BUNDLED_PYTHON.toString(), "trace,format=json", "-c", "x = bytes(54321)")
                        .status())
                .isZero();
        assertThat(Files.readAllLines(folder.resolve("trace")))
                .anyMatch(line -> line.matches(
                        "\\{\"live_bytes\":0,\"live_blocks\":0,\"peak_bytes\":\\d+,\"total_blocks\":\\d+,\"native\":\\[],"
                                + "\"python\":\\[\\{\"file\":\"<string>\",\"line\":1,\"function\":\"<module>\"}]}"));
    }

    @Test
    void aFileThatCannotBeWrittenIsOneLine() {
        Outcome outcome = Run.preloaded(List.of(Place.BUNDLED_PYTHON.toString(), "-c", "pass"))
                .options("trace,trace.file=/no/such/folder/trace")
                .go();
        assertThat(outcome.err())
                .isEqualTo("panamem: cannot write the trace to /no/such/folder/trace: No such file or directory\n");
    }
}
