package io.github.panamem.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Symbol mode: CPython's own switches and statistics speak of Panamem, and else nothing tells it from stock. */
class SymbolModeIT {
    private static final Path SYMBOLS = Place.LIBRARY_FOLDER.resolve("libpanamem-symbols.so");
    private static final Path SCRIPT = Place.ROOT.resolve("panamem");

    private static final String NAME = "import _testinternalcapi as t; print(t.pymem_getallocatorsname())";
    private static final String SERVES = """
            import ctypes
            active = ctypes.CDLL(None).panamem_active
            active.restype = ctypes.c_char_p
            print(active().decode())
            """;

    @TempDir
    Path folder;

    private static List<String> python(String... arguments) {
        List<String> command = new ArrayList<>(List.of(Place.BUNDLED_PYTHON.toString()));
        command.addAll(List.of(arguments));
        return command;
    }

    private static Run symbols(List<String> command) {
        return Run.of(command).with("LD_PRELOAD", SYMBOLS.toString());
    }

    private static void assertAsStock(List<String> command, UnaryOperator<Run> setting) {
        Outcome stock = setting.apply(Run.of(command)).go();
        Outcome ours = setting.apply(symbols(command)).go();
        assertThat(masked(ours)).isEqualTo(masked(stock));
    }

    /** Addresses differ from run to run, and we report a misuse before CPython does. */
    private static Outcome masked(Outcome outcome) {
        return new Outcome(
                outcome.status(), outcome.out(), outcome.errAfterReport().replaceAll("0x[0-9a-f]{6,}", "0x#"));
    }

    // ---- PYTHONMALLOC and -X dev ---------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "default",
                "debug",
                "malloc",
                "malloc_debug",
                "pymalloc",
                "pymalloc_debug",
                "mimalloc",
                "mimalloc_debug",
                "bogus",
                "MALLOC"
            })
    void namesAreThoseOfStock(String name) {
        for (List<String> options : List.of(
                List.<String>of(), List.of("-X", "dev"), List.of("-E"), List.of("-I"), List.of("-E", "-X", "dev"))) {
            List<String> command = python(options.toArray(String[]::new));
            command.addAll(List.of("-c", NAME));
            assertAsStock(command, run -> run.with("PYTHONMALLOC", name));
            assertAsStock(command, run -> run.with("PYTHONMALLOC", name).with("PYTHONDEVMODE", "1"));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "'',arena",
        "default,arena",
        "debug,arena_debug",
        "malloc,malloc",
        "malloc_debug,malloc_debug",
        "pymalloc,pymalloc",
        "pymalloc_debug,pymalloc_debug",
        "mimalloc,cpython-mimalloc",
        "mimalloc_debug,cpython-mimalloc_debug"
    })
    void panamemServesUnderTheseNames(String name, String served) {
        for (String boot : List.of("lazy", "sync")) {
            Outcome outcome = symbols(python("-c", SERVES))
                    .with("PYTHONMALLOC", name)
                    .options("boot=" + boot)
                    .go();
            assertThat(outcome).as(boot).isEqualTo(new Outcome(0, served + "\n", ""));
        }
    }

    @Test
    void devModePutsOurHooksOn() {
        assertThat(symbols(python("-X", "dev", "-c", SERVES)).go().out()).isEqualTo("arena_debug\n");
        assertThat(symbols(python("-I", "-c", SERVES))
                        .with("PYTHONMALLOC", "debug")
                        .go()
                        .out())
                .isEqualTo("arena\n");
    }

    @Test
    void panamemMallocComesFirst() {
        Outcome outcome = symbols(python("-X", "dev", "-c", NAME + "\n" + SERVES))
                .with("PYTHONMALLOC", "malloc")
                .malloc("upcall")
                .go();
        assertThat(outcome).isEqualTo(new Outcome(0, "upcall\nupcall\n", ""));
    }

    @Test
    void aLimitHoldsInDevMode() {
        String code = """
                try:
                    blocks = [bytearray(1 << 20) for i in range(1000)]
                except MemoryError:
                    print("refused")
                """;
        Outcome outcome =
                symbols(python("-X", "dev", "-c", code)).options("limit=256m").go();
        assertThat(outcome).isEqualTo(new Outcome(0, "refused\n", ""));
    }

    // ---- Debug hooks ---------------------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(
            strings = {
                "pymem_buffer_overflow",
                "pymem_api_misuse",
                "pymem_malloc_without_gil",
                "pyobject_malloc_without_gil"
            })
    void mistakesEndAsOnStock(String mistake) {
        String code = "import _testcapi; _testcapi." + mistake + "()";
        for (List<String> command :
                List.of(python("-c", code), python("-X", "dev", "-c", code), python("-X", "tracemalloc", "-c", code))) {
            assertAsStock(command, run -> run.with("PYTHONMALLOC", "debug").in(folder));
        }
    }

    @Test
    void cpythonsTestsOfTheAllocatorPassInAllClasses() {
        assertSuiteAsStock("test_capi.test_mem");
        assertSuiteAsStock(
                "test_cmd_line",
                "test_sys",
                "-m",
                "test_pythonmalloc",
                "-m",
                "test_python_malloc_stats",
                "-m",
                "test_xdev",
                "-m",
                "test_debugmallocstats");
    }

    private void assertSuiteAsStock(String... arguments) {
        List<String> command = python("-m", "test");
        command.addAll(List.of(arguments));
        Outcome stock = Run.of(command).in(folder).go();
        Outcome ours = symbols(command).in(folder).go();
        assertThat(ours.status()).as(ours.out()).isZero();
        assertThat(totals(ours)).isNotEmpty().isEqualTo(totals(stock));
    }

    private static List<String> totals(Outcome outcome) {
        return outcome.out()
                .lines()
                .filter(line -> line.startsWith("Total test"))
                .toList();
    }

    // ---- Statistics ----------------------------------------------------------------------------------------------

    private static final List<String> STATISTICS = python("-c", "import sys; sys._debugmallocstats()");

    @Test
    void statisticsOfPymallocHaveStocksLines() {
        Outcome stock = Run.of(STATISTICS).with("PYTHONMALLOC", "pymalloc").go();
        Outcome ours = symbols(STATISTICS).with("PYTHONMALLOC", "pymalloc").go();
        assertThat(labels(ours)).isEqualTo(labels(stock)).contains("Total");
        assertThat(widths(ours)).isEqualTo(widths(stock));
    }

    @Test
    void statisticsOfArenaHaveStocksForm() {
        Outcome stock = Run.of(STATISTICS).go();
        Outcome ours = symbols(STATISTICS).go();
        assertThat(ours.err().lines().skip(2).limit(2).toList())
                .isEqualTo(stock.err().lines().skip(2).limit(2).toList());
        assertThat(labels(ours)).contains("# bytes in allocated blocks", "# bytes in large blocks", "Total");
        assertThat(widths(ours)).isEqualTo(widths(stock));
        assertThat(number(ours, "Total")).isEqualTo(number(ours, "# arenas allocated current") << 20);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "malloc", "mimalloc"})
    void statisticsAreAskedForByTheEnvironment(String name) {
        List<String> command = python("-c", "pass");
        assertThat(firstLine(symbols(command), name).isEmpty())
                .isEqualTo(firstLine(Run.of(command), name).isEmpty());
        assertThat(symbols(python("-I", "-c", "pass"))
                        .with("PYTHONMALLOCSTATS", "1")
                        .go())
                .isEqualTo(new Outcome(0, "", ""));
    }

    private static String firstLine(Run run, String name) {
        Outcome outcome =
                run.with("PYTHONMALLOC", name).with("PYTHONMALLOCSTATS", "1").go();
        return outcome.err().lines().findFirst().orElse("");
    }

    /** What the lines with a number are about, without the numbers that stand in it; type free lists are not ours. */
    private static List<String> labels(Outcome outcome) {
        return numberLines(outcome)
                .map(line -> line.substring(0, line.indexOf('='))
                        .replaceAll("^\\d+", "#")
                        .strip())
                .toList();
    }

    private static Set<Integer> widths(Outcome outcome) {
        return numberLines(outcome).map(String::length).collect(Collectors.toSet());
    }

    private static Stream<String> numberLines(Outcome outcome) {
        return outcome.err().lines().skip(1).filter(line -> line.contains("=") && !line.contains("each ="));
    }

    private static long number(Outcome outcome, String label) {
        Matcher line = Pattern.compile("^" + Pattern.quote(label) + " *= *([0-9,]+)$", Pattern.MULTILINE)
                .matcher(outcome.err());
        assertThat(line.find()).as(label).isTrue();
        return Long.parseLong(line.group(1).replace(",", ""));
    }

    // ---- Refusals ------------------------------------------------------------------------------------------------

    @Test
    void aPythonWithItsFunctionsInsideIsRefused() {
        Path debian = Path.of("/usr/bin/python3.11");
        Assumptions.assumeTrue(Place.pythons().contains(debian), "no Python of Debian here");
        Outcome outcome =
                symbols(List.of(debian.toString(), "-c", "print('ran')")).go();
        assertThat(outcome)
                .isEqualTo(new Outcome(
                        1,
                        "",
                        "panamem: symbol mode needs a libpython whose PyMem calls can be interposed; " + debian
                                + " has its own inside: run without --symbols\n"));
    }

    @Test
    void wrongWordsAreOneLine() {
        assertRefused(symbols(python("-c", "pass")).malloc("bogus"), "PANAMEM_MALLOC: unknown allocator 'bogus'");
        assertRefused(symbols(python("-c", "pass")).malloc("off"), "PANAMEM_MALLOC=off");
        assertRefused(symbols(python("-c", "pass")).options("mode=tables"), "bad value 'tables' of 'mode'");
        assertRefused(symbols(python("-c", "pass")).options("mode=table"), "libpanamem-preload.so");
        assertRefused(Run.preloaded(python("-c", "pass")).options("mode=symbols"), "libpanamem-symbols.so");
    }

    private static void assertRefused(Run run, String words) {
        Outcome outcome = run.go();
        assertThat(outcome.status()).isEqualTo(1);
        assertThat(outcome.errorLines()).hasSize(1);
        assertThat(outcome.err()).startsWith("panamem: ").contains(words);
    }

    @Test
    void processesWithoutPythonAreLeftAlone() {
        Outcome shell = symbols(List.of("/bin/sh", "-c", "echo works; /bin/echo too"))
                .malloc("bogus")
                .options("bogus")
                .go();
        assertThat(shell).isEqualTo(new Outcome(0, "works\ntoo\n", ""));
    }

    // ---- The script ----------------------------------------------------------------------------------------------

    /** The test build is what the script would run; it must not build another. */
    private static Run script(String... arguments) {
        List<String> command = new ArrayList<>(List.of(SCRIPT.toString()));
        command.addAll(List.of(arguments));
        return Run.of(command).with("PANAMEM_TESTING", "1");
    }

    @Test
    void theScriptTakesTheRightLibrary() {
        String python = Place.BUNDLED_PYTHON.toString();
        String code = "import os; print(os.environ['LD_PRELOAD'])";
        String symbolMode = SYMBOLS + "\n";
        String tableMode = Place.PRELOAD + "\n";
        assertThat(script("run", "--symbols", "--", python, "-c", code).go().out())
                .isEqualTo(symbolMode);
        assertThat(script("run", "--options", "mode=symbols", "--", python, "-c", code)
                        .go()
                        .out())
                .isEqualTo(symbolMode);
        assertThat(script("run", "--symbols", "--options", "mode=table", "--", python, "-c", code)
                        .go()
                        .out())
                .isEqualTo(tableMode);
        assertThat(script("run", "--", python, "-c", code).go().out()).isEqualTo(tableMode);
        assertThat(script("run", "--", SCRIPT.toString(), "run", "--symbols", "--", python, "-c", code)
                        .go()
                        .out())
                .isEqualTo(symbolMode);
    }

    @Test
    void theScriptRefusesAProgramThatIsLinkedWithPanamem() {
        Outcome outcome =
                script("run", "--symbols", "--", Place.HARNESS.toString()).go();
        assertThat(outcome.status()).isEqualTo(1);
        assertThat(outcome.err()).contains("is linked with libpanamem").hasLineCount(1);
    }
}
