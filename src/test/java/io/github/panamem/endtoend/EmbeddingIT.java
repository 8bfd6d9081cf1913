package io.github.panamem.endtoend;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.panamem.endtoend.Libpython.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Programs that embed CPython do on Panamem what they do without it: in C with libpanamem or under the preload library, and
 * in Java. What is expected comes from the same C program that knows nothing of Panamem.
 */
class EmbeddingIT {
    private static final int CYCLES = 20;

    @TempDir
    private static Path programs;

    private static final Map<String, Path> compiled = new HashMap<>();

    @TempDir
    private Path folder;

    static Stream<Libpython> libpythons() {
        return Stream.of(Libpython.bundled(), Libpython.debian());
    }

    static Stream<Arguments> ends() {
        List<String> ends = List.of(
                "late 0", "late 1", "run-main 0", "run-main 3", "never-finalized 0", "never-finalized 1", "os-exit 7");
        return libpythons().flatMap(python -> ends.stream().map(end -> Arguments.of(python, end)));
    }

    private static List<String> command(Libpython python, Kind kind, String arguments) {
        python.assumeInstalled();
        Path program = compiled.computeIfAbsent(python.version() + kind, key -> python.program(programs, kind));
        List<String> command = new ArrayList<>(List.of(program.toString()));
        command.addAll(List.of(arguments.split(" ")));
        return command;
    }

    private static Run stock(Libpython python, String arguments) {
        return python.prepare(Run.of(command(python, Kind.PLAIN, arguments)));
    }

    private static Run linked(Libpython python, String arguments) {
        return python.prepare(Run.linked(command(python, Kind.LINKED, arguments)));
    }

    private static Run linkedFirst(Libpython python, String arguments) {
        return python.prepare(Run.linked(command(python, Kind.LINKED_FIRST, arguments)));
    }

    private static Run preloaded(Libpython python, String arguments) {
        return python.prepare(Run.preloaded(command(python, Kind.PLAIN, arguments)));
    }

    /** Only who counts says what is alive. */
    private static Outcome withoutCounts(Outcome outcome) {
        String out = outcome.out()
                .lines()
                .filter(line -> !line.startsWith("alive "))
                .map(line -> line + "\n")
                .collect(joining());
        return new Outcome(outcome.status(), out, outcome.err());
    }

    // ---- Init cycles in C ------------------------------------------------------------------------------------------

    @ParameterizedTest
    @MethodSource("libpythons")
    void cyclesLeaveAliveWhatStockPythonLeavesAlive(Libpython python) {
        String scenario = "--count cycles " + CYCLES;
        Outcome expected = stock(python, scenario).go();
        assertThat(expected.out()).contains("alive after a cycle: RAW ").endsWith("done\n");
        assertThat(linked(python, scenario).options("boot=sync").go()).isEqualTo(expected);
        assertThat(linkedFirst(python, scenario).go()).isEqualTo(expected);
    }

    @ParameterizedTest
    @MethodSource("libpythons")
    void cyclesUnderThePreloadLibraryAreServedToo(Libpython python) throws IOException {
        for (String scenario : List.of("bare-cycles ", "cycles ")) {
            Outcome expected = stock(python, scenario + CYCLES).go();
            assertThat(expected.out()).endsWith("done\n");
            long first = callsUnderThePreloadLibrary(python, scenario + 1);
            Path report = folder.resolve("report");
            Outcome outcome = preloaded(python, scenario + CYCLES)
                    .options("boot=sync,report=exit:" + report)
                    .go();
            assertThat(withoutCounts(outcome)).isEqualTo(expected);
            assertThat(Report.parse(Files.readString(report)).calls()).isGreaterThan(first * CYCLES / 2);
        }
    }

    /** PYTHONMALLOC is the user's own word, in each cycle. */
    @ParameterizedTest
    @MethodSource("libpythons")
    void whereAnotherAllocatorWasAskedForNoCycleIsServed(Libpython python) throws IOException {
        for (String malloc : List.of("malloc", "pymalloc", "debug")) {
            Path report = folder.resolve("report");
            Outcome outcome = preloaded(python, "bare-cycles 5")
                    .with("PYTHONMALLOC", malloc)
                    .options("report=exit:" + report)
                    .go();
            Outcome expected =
                    stock(python, "bare-cycles 5").with("PYTHONMALLOC", malloc).go();
            assertThat(withoutCounts(outcome)).isEqualTo(expected);
            assertThat(Report.parse(Files.readString(report)).calls()).isLessThan(1000);
        }
    }

    private long callsUnderThePreloadLibrary(Libpython python, String scenario) throws IOException {
        Path report = folder.resolve("first");
        preloaded(python, scenario).options("boot=sync,report=exit:" + report).go();
        long calls = Report.parse(Files.readString(report)).calls();
        assertThat(calls).isGreaterThan(50_000);
        return calls;
    }

    /** The preload library's init functions stand before those of a CPython that it did not find when it was loaded. */
    @ParameterizedTest
    @MethodSource("libpythons")
    void aPythonThatOnlyALateModuleSeesIsLeftAlone(Libpython python) {
        python.assumeInstalled();
        Path loader = folder.resolve("loader");
        Path source = Place.ROOT.resolve("src/test/resources/embedding/loader/loader.c");
        assertThat(Run.of(List.of("cc", "-Wall", "-Werror", "-o", loader.toString(), source.toString()))
                        .go())
                .isEqualTo(new Outcome(0, "", ""));
        List<String> command = new ArrayList<>(List.of(loader.toString()));
        command.addAll(command(python, Kind.MODULE, "bare-cycles 5"));
        Outcome expected = python.prepare(Run.of(command)).go();
        assertThat(expected.out()).endsWith("done\n");
        assertThat(withoutCounts(python.prepare(Run.preloaded(command)).go())).isEqualTo(expected);
    }

    // ---- How programs end ------------------------------------------------------------------------------------------

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("ends")
    void theEndIsTheSame(Libpython python, String scenario) {
        Outcome expected = stock(python, scenario).go();
        for (String boot : List.of("boot=sync", "boot=async")) {
            assertThat(linked(python, scenario).options(boot).go()).isEqualTo(expected);
            assertThat(preloaded(python, scenario).options(boot).go()).isEqualTo(expected);
        }
        assertThat(linkedFirst(python, scenario).go()).isEqualTo(expected);
    }

    // ---- Interpreters with a GIL of their own
    // --------------------------------------------------------------------------

    @ParameterizedTest
    @MethodSource("libpythons")
    void interpretersWithTheirOwnGilAllocateAtOnce(Libpython python) {
        String scenario = "--count own-gil 4";
        Outcome expected = stock(python, scenario).go();
        assertThat(expected.status()).isZero();
        for (String malloc : List.of("arena", "upcall", "arena_debug")) {
            Outcome outcome =
                    linked(python, scenario).malloc(malloc).options("boot=sync").go();
            assertThat(outcome).as(malloc).isEqualTo(expected);
        }
        assertThat(withoutCounts(preloaded(python, scenario).go())).isEqualTo(withoutCounts(expected));
        Outcome fallback = linked(python, scenario)
                .with("PANAMEM_JAVA_HOME", "/nonexistent")
                .go();
        assertThat(fallback.out()).isEqualTo(expected.out());
        assertThat(fallback.errorLines()).hasSizeLessThan(2).allMatch(line -> line.contains("Java does not serve"));
    }

    // ---- Java
    // ------------------------------------------------------------------------------------------------------------

    @Test
    void aJavaHostMayCloseWhilePythonRuns() {
        String classPath = Place.LIBRARY_FOLDER.resolve("panamem/panamem.jar") + ":" + folder;
        Path java = Path.of(System.getProperty("java.home"), "bin");
        Outcome compiler = Run.of(List.of(
                        java.resolve("javac").toString(),
                        "-cp",
                        classPath,
                        "-d",
                        folder.toString(),
                        Place.ROOT
                                .resolve("examples/java-embeds-python/Python.java")
                                .toString(),
                        Place.ROOT
                                .resolve("src/test/resources/embedding/java/ClosesWhilePythonRuns.java")
                                .toString()))
                .go();
        assertThat(compiler).isEqualTo(new Outcome(0, "", ""));
        Libpython python = Libpython.bundled();
        Outcome outcome = Run.of(List.of(
                        java.resolve("java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-Xcheck:jni",
                        "-cp",
                        classPath,
                        "ClosesWhilePythonRuns",
                        python.library().toString(),
                        python.home()))
                .go();
        assertThat(outcome).isEqualTo(new Outcome(0, """
                closed while Python runs
                it goes on: 75000
                and its threads: 75001
                the limit holds: MemoryError
                open again: sound
                finished: true
                left alive: 0
                arena leaves 0
                upcall leaves 0
                arena_debug leaves 0
                upcall_debug leaves 0
                arena leaves 0
                two blocks are alive: 2
                freed late: 0
                """, ""));
    }
}
