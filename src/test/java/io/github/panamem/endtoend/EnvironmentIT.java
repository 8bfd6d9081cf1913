package io.github.panamem.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Wrong words are refused with one line; a poor environment costs one line and the program runs on. */
class EnvironmentIT {
    private static final String[] WORK = {"--start", "sizes", "edges", "random", "threads", "fork", "limit", "walk"};
    private static final String FALLBACK_LINE = "panamem: Java does not serve, the fallback does: ";

    @TempDir
    Path folder;

    private static List<String> python(String code) {
        return List.of(Place.BUNDLED_PYTHON.toString(), "-c", code);
    }

    private static void runsOnWithOneLine(Outcome outcome, String reason) {
        assertThat(outcome.errorLines()).hasSize(1);
        assertThat(outcome.err()).startsWith(FALLBACK_LINE).contains(reason);
        assertThat(outcome.status()).isZero();
        assertThat(outcome.said("core")).isEqualTo("fallback");
        assertThat(outcome.said("start")).startsWith("-1 ").contains(reason);
        assertThat(outcome.said("live")).isEqualTo("0");
    }

    // ---- No usable Java ------------------------------------------------------------------------------------------

    @Tag("jvm")
    @Test
    void withoutJdkTheFallbackServes() {
        runsOnWithOneLine(
                Run.harness(WORK).with("PANAMEM_JAVA_HOME", "/nonexistent").go(), "no JDK at /nonexistent");
    }

    /** As where java.lang.foreign does not know the platform. */
    @Tag("jvm")
    @Test
    void withoutAnUpcallJavaServesByJni() {
        Outcome outcome = Run.harness(WORK)
                .options("verbose,jvm=-Djdk.internal.foreign.CABI=UNSUPPORTED")
                .go();
        assertThat(outcome.status()).as(outcome.err()).isZero();
        assertThat(outcome.errorLines())
                .hasSize(2)
                .last()
                .isEqualTo("panamem: Java makes no upcall; every crossing goes by JNI");
        assertThat(outcome.said("core")).isEqualTo("jvm");
        assertThat(outcome.said("live")).isEqualTo("0");
        assertThat(outcome.said("check")).isEqualTo("1");
    }

    /** Java may still make its upcall, but then from the cache alone. */
    @Tag("jvm")
    @ParameterizedTest
    @ValueSource(strings = {"auto", "off"})
    void aProgramMayCloseTheJvmsFilesAsSoonAsJavaServes(String cache) {
        String code = """
                import ctypes
                for descriptor in range(3, 1024):
                    ctypes.CDLL(None).syscall(3, descriptor)
                print(sum(len(bytes(i % 5000)) for i in range(100000)))
                """;
        for (int i = 0; i < 10; i++) {
            Outcome outcome = Run.preloaded(python(code))
                    .options("boot=sync,jvm=-XX:AOTMode=" + cache)
                    .go();
            assertThat(outcome.status()).as(outcome.err()).isZero();
            assertThat(outcome.out()).isEqualTo("249950000\n");
        }
    }

    @Tag("jvm")
    @Test
    void withoutTheJarTheFallbackServes() throws IOException {
        Path library = folder.resolve("libpanamem.so.0");
        Files.copy(Place.LIBRARY_FOLDER.resolve("libpanamem.so.0"), library);
        runsOnWithOneLine(
                Run.harness(WORK).with("LD_LIBRARY_PATH", folder.toString()).go(), "missing " + folder.toRealPath());
    }

    @Tag("jvm")
    @Test
    void aLibjvmThatIsNoneIsNotFatal() throws IOException {
        Files.createDirectories(folder.resolve("lib/server"));
        Files.writeString(folder.resolve("release"), "JAVA_VERSION=\"25\"\n");
        Files.writeString(folder.resolve("lib/server/libjvm.so"), "not a library");
        runsOnWithOneLine(
                Run.harness(WORK).with("PANAMEM_JAVA_HOME", folder.toString()).go(), "cannot load libjvm");
    }

    @Tag("jvm")
    @Test
    void aJdkThatIsTooOldIsNamed() throws IOException {
        Files.createDirectories(folder.resolve("lib/server"));
        Files.writeString(folder.resolve("release"), "JAVA_VERSION=\"17.0.1\"\n");
        Files.writeString(folder.resolve("lib/server/libjvm.so"), "never opened");
        runsOnWithOneLine(
                Run.harness(WORK).with("PANAMEM_JAVA_HOME", folder.toString()).go(), folder + " is version 17");
    }

    @Test
    void aJvmThatRefusesItsFlagsIsNotFatal() {
        Outcome outcome = Run.harness(WORK).options("jvm=-XX:NoSuchFlag=1").go();
        assertThat(outcome.errorLines()).hasSize(2); /* the JVM's own line, then ours */
        assertThat(outcome.err()).contains("NoSuchFlag").contains(FALLBACK_LINE + "the JVM did not start");
        assertThat(outcome.status()).isZero();
        assertThat(outcome.said("core")).isEqualTo("fallback");
    }

    /** It prints and calls exit: neither may reach the program. */
    @Tag("jvm")
    @Test
    void aJvmThatEndsItselfWhileItStartsIsNotFatal() throws IOException {
        Files.createDirectories(folder.resolve("lib/server"));
        Path jdk = Path.of(System.getProperty("java.home"));
        Files.copy(jdk.resolve("release"), folder.resolve("release"));
        Files.copy(jdk.resolve("lib/server/libjvm.so"), folder.resolve("lib/server/libjvm.so"));
        runsOnWithOneLine(
                Run.harness(WORK).with("PANAMEM_JAVA_HOME", folder.toString()).go(), "the JVM did not start: Error");
    }

    // ---- When Java starts
    // --------------------------------------------------------------------------------------------

    private Report reportOfPython(String options, String code) throws IOException {
        Path report = folder.resolve("report");
        Outcome outcome = Run.preloaded(python(code))
                .options(options + ",report=exit:" + report)
                .go();
        assertThat(outcome).isEqualTo(new Outcome(0, "", ""));
        return Report.parse(Files.readString(report));
    }

    @Tag("jvm")
    @Test
    void aForkWaitsForTheThreadThatStartsJava() {
        Outcome outcome = Run.linked(List.of(Place.FORK_AMID_BOOT.toString()))
                .options("boot=async,core=jvm")
                .go();
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.out()).isEqualTo("child 0\n");
    }

    @Tag("jvm")
    @Test
    void aSmallPythonDoesNotStartJavaAndALargeOneDoes() throws IOException {
        String grow = "blocks = [bytes(1000) for _ in range(40_000)]";
        String wait = "\nimport ctypes\nwhile ctypes.CDLL(None).panamem_active_core() == 1: pass";
        assertThat(reportOfPython("verbose", "pass").core()).isEqualTo("none");
        assertThat(reportOfPython("boot=lazy,boot.after=64m", grow + wait).core())
                .isEqualTo("none");
        assertThat(reportOfPython("", grow + wait).core()).isEqualTo("jvm");
        assertThat(reportOfPython("boot=lazy,boot.after=1m", "pass" + wait).core())
                .isEqualTo("jvm");
        assertThat(reportOfPython("boot=async", "pass" + wait).core()).isEqualTo("jvm");
    }

    @Tag("jvm")
    @Test
    void pythonRunsOnWithoutJdk() {
        Outcome outcome = Run.preloaded(python("print(sum(range(100)))"))
                .options("boot=sync")
                .with("PANAMEM_JAVA_HOME", "/nonexistent")
                .go();
        assertThat(outcome.out()).isEqualTo("4950\n");
        assertThat(outcome.errorLines()).hasSize(1);
        assertThat(outcome.status()).isZero();
    }

    // ---- Wrong words ---------------------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(
            strings = {
                "bogus",
                "arenas",
                "Arena",
                "_debug",
                "debug_debug",
                "java:",
                "off_debug",
                "arena_debug_debug",
                "guard_debug"
            })
    void unknownNamesAreRefused(String name) {
        Outcome outcome = Run.harness("edges").malloc(name).go();
        assertThat(outcome.err()).startsWith("panamem: PANAMEM_MALLOC: ").contains("arena, upcall");
        assertThat(outcome.errorLines()).hasSize(1);
        assertThat(outcome.status()).isEqualTo(1);
        assertThat(outcome.out()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "limit",
                "limit=",
                "limit=x",
                "limit=-1",
                "limit=1q",
                "limit=99999999999999999999",
                "limit=17179869184g",
                "decay=1s",
                "report",
                "report=file",
                "report=exit:",
                "boot",
                "boot=soon",
                "core=best",
                "guard.rate=0",
                "guard.edge=top",
                "guard.quarantine=much",
                "hardened=very",
                "verbose=1",
                "bogus",
                "=1",
                "boot=sync,bogus=1",
                "limit =1m"
            })
    void wrongOptionsAreRefused(String options) {
        Outcome outcome = Run.harness("edges").options(options).go();
        assertThat(outcome.err()).startsWith("panamem: PANAMEM_OPTIONS: ").contains("allowed: ");
        assertThat(outcome.errorLines()).hasSize(1);
        assertThat(outcome.status()).isEqualTo(1);
    }

    @Test
    void aWrongRateInTheNameIsRefused() {
        Outcome outcome = Run.harness("edges").malloc("guard:rate=often").go();
        assertThat(outcome.err())
                .isEqualTo(
                        "panamem: PANAMEM_MALLOC: bad rate 'often' of 'guard'; allowed: guard:rate=<N>, N from 1 on\n");
        assertThat(outcome.status()).isEqualTo(1);
    }

    @Test
    void emptyOptionsAreNone() {
        assertThat(Run.harness("edges").options(",,boot=async,").go().status()).isZero();
    }

    @Test
    void onlyProcessesWithAPyMemTableAreRefused() {
        Outcome shell = Run.preloaded(List.of("/bin/sh", "-c", "echo works"))
                .malloc("bogus")
                .go();
        assertThat(shell).isEqualTo(new Outcome(0, "works\n", ""));
        Outcome python = Run.preloaded(python("print('works')")).malloc("bogus").go();
        assertThat(python.status()).isEqualTo(1);
        assertThat(python.out()).isEmpty();
        assertThat(python.errorLines()).hasSize(1);
    }

    @Test
    void pythonsOwnVariableIsHeeded() {
        assertThat(Run.harness("edges")
                        .with("PYTHONMALLOC", "malloc_debug")
                        .go()
                        .said("active"))
                .isEqualTo("malloc_debug");
        Outcome both = Run.harness("edges")
                .with("PYTHONMALLOC", "malloc")
                .malloc("upcall")
                .go();
        assertThat(both.said("active")).isEqualTo("upcall");
        Outcome mimalloc = Run.harness("edges").with("PYTHONMALLOC", "mimalloc").go();
        assertThat(mimalloc.status()).isEqualTo(1);
        assertThat(mimalloc.err()).contains("PANAMEM_MALLOC=mimalloc").hasLineCount(1);
    }

    // ---- A poor machine ------------------------------------------------------------------------------------------

    /** From "not even the range" to "no room for a JVM": our lines are few, and the heap stays correct. */
    @ParameterizedTest
    @ValueSource(longs = {60_000, 120_000, 250_000, 500_000, 900_000, 1_300_000, 2_000_000})
    void littleAddressSpaceIsSurvived(long kib) {
        String limited = "ulimit -v " + kib + "; exec \"$0\" \"$@\"";
        Outcome outcome = Run.linked(
                        List.of("/bin/sh", "-c", limited, Place.HARNESS.toString(), "calloc", "edges", "chains"))
                .options("boot=sync")
                .go();
        assertThat(outcome.out()).contains("ok calloc\nok edges\nok chains\n");
        assertThat(outcome.status()).isZero();
        assertThat(outcome.errorLines())
                .hasSize(kib < (Place.usesNativeCore() ? 150_000 : 1_500_000) ? 1 : 0)
                .allMatch(line -> line.startsWith("panamem: "));
    }

    @Test
    void aReportThatCannotBeWrittenIsOneLine() {
        Outcome outcome =
                Run.harness("edges").options("report=exit:/nonexistent/report").go();
        assertThat(outcome.status()).isZero();
        assertThat(outcome.err())
                .contains("cannot write the report to /nonexistent/report")
                .hasLineCount(1);
    }

    @Test
    void theReportGoesToAFilePerProcess() throws IOException {
        Outcome outcome = Run.harness("fork")
                .options("report=exit:" + folder.resolve("report-%p"))
                .go();
        assertThat(outcome.err()).isEmpty();
        try (var files = Files.list(folder)) {
            assertThat(files)
                    .hasSize(1)
                    .allMatch(file -> file.getFileName().toString().matches("report-\\d+"));
        }
    }

    // ---- Loaded twice --------------------------------------------------------------------------------------------

    @Test
    void aSecondCopyOfTheLibraryServesByLibc() throws IOException {
        Path copy = folder.resolve("libpanamem.so.0");
        Files.copy(Place.LIBRARY_FOLDER.resolve("libpanamem.so.0"), copy);
        String code = """
                import ctypes
                first = ctypes.CDLL("%s")
                second = ctypes.CDLL("%s")
                for library in first, second:
                    library.PyMem_RawMalloc.restype = ctypes.c_void_p
                    block = library.PyMem_RawMalloc(ctypes.c_size_t(1000))
                    ctypes.memset(block, 1, 1000)
                    library.PyMem_RawFree(ctypes.c_void_p(block))
                first.panamem_active.restype = second.panamem_active.restype = ctypes.c_char_p
                print(first.panamem_active().decode(), second.panamem_active().decode())
                """.formatted(Place.LIBRARY_FOLDER.resolve("libpanamem.so.0"), copy);
        Outcome outcome = Run.of(python(code)).go();
        assertThat(outcome.out()).isEqualTo("arena malloc\n");
        assertThat(outcome.errorLines()).hasSize(1);
        assertThat(outcome.err()).contains("is loaded already");
        assertThat(outcome.status()).isZero();
    }

    @Test
    void theLibraryUnderThePreloadServesByLibc() {
        Outcome outcome = Run.harness("random", "threads", "fork")
                .with("LD_PRELOAD", Place.PRELOAD.toString())
                .go();
        assertThat(outcome.status()).isZero();
        assertThat(outcome.errorLines()).hasSize(1);
        assertThat(outcome.err()).contains("is loaded already");
        assertThat(outcome.out()).contains("ok random\nok threads\nok fork\n");
    }
}
