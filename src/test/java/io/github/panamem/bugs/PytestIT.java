package io.github.panamem.bugs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.github.panamem.endtoend.Outcome;
import io.github.panamem.endtoend.Place;
import io.github.panamem.endtoend.Run;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The pytest plugin finds each planted bug of src/test/resources/pytest and passes what is right. */
class PytestIT {
    private static final Path FOLDER = Place.ROOT.resolve("src/test/resources/pytest");
    private static final Path PLUGIN = Place.STAGE.resolve("lib/panamem/python");
    private static final Pattern TEST = Pattern.compile("(?m)^_+ (test_\\w+)\\[\\S+\\] _+$");
    private static final Pattern AGAIN = Pattern.compile("PANAMEM_OPTIONS=(fail=\\S+)");

    /** What the first line of a report says after the word that stands in the test's name. */
    private static final Map<String, String> REPORTS = Map.of(
            "leak", "leak: ",
            "allocations", "one call makes 2 requests of domain mem, and may make 1\n",
            "crash", "crash: request 1 of the call is refused, and it ends by SIGSEGV\n",
            "wrong", "wrong result: request 1 of the call is refused, and it answers wrongly\n",
            "hang", "hang: request 1 of the call is refused, and it goes on asking for memory\n");

    @TempDir
    Path folder;

    private Path python;

    @BeforeEach
    void compile() throws IOException {
        python = pythonWithPytest();
        String include = said(python, "import sysconfig; print(sysconfig.get_path('include'))");
        assumeThat(Path.of(include, "Python.h"))
                .as(python + " has no headers (Debian: libpython3-dev)")
                .exists();
        Outcome compiler = Run.of(List.of(
                        "cc",
                        "-g",
                        "-O1",
                        "-shared",
                        "-fPIC",
                        "-isystem",
                        include,
                        FOLDER.resolve("planted.c").toString(),
                        "-o",
                        folder.resolve("planted.so").toString()))
                .go();
        assertThat(compiler).isEqualTo(new Outcome(0, "", ""));
        Files.copy(FOLDER.resolve("test_planted.py"), folder.resolve("test_planted.py"));
    }

    private static Path pythonWithPytest() {
        List<Path> found = Place.pythons().stream()
                .filter(path -> Run.of(List.of(path.toString(), "-c", "import pytest"))
                                .go()
                                .status()
                        == 0)
                .toList();
        assumeThat(found)
                .as("no Python has pytest here (Debian: python3-pytest); the plugin is not tested")
                .isNotEmpty();
        return found.getFirst();
    }

    private static String said(Path python, String code) {
        return Run.of(List.of(python.toString(), "-c", code)).go().out().strip();
    }

    private Run pytest(String select) {
        List<String> command = List.of(
                python.toString(),
                "-m",
                "pytest",
                "-p",
                "panamem_pytest",
                "-p",
                "no:cacheprovider",
                "-q",
                "-k",
                select);
        return Run.preloaded(command)
                .malloc("debug")
                .with("PYTHONPATH", PLUGIN.toString())
                .in(folder)
                .patience(Duration.ofMinutes(15));
    }

    /** What each test that failed says. */
    private static Map<String, String> failures(Outcome outcome) {
        Map<String, String> failures = new LinkedHashMap<>();
        Matcher test = TEST.matcher(outcome.out());
        while (test.find()) {
            String rest = outcome.out().substring(test.end() + 1);
            Matcher next = TEST.matcher(rest);
            failures.put(test.group(1), next.find() ? rest.substring(0, next.start()) : rest);
        }
        return failures;
    }

    @Test
    void eachBugIsFoundAndNothingElse() {
        Outcome outcome = pytest("test").go();
        assertThat(outcome.out()).as(outcome.err()).contains("11 failed, 15 passed");
        Map<String, String> failures = failures(outcome);
        assertThat(failures).hasSize(11);
        failures.forEach((test, report) ->
                assertThat(report).as(test).startsWith("panamem: " + REPORTS.get(test.split("_")[1])));
        assertThat(failures.get("test_leak_lost_buffer"))
                .contains("1 block, 333 bytes, domain MEM", "    lost_buffer ", "test_planted.py\", line ");
        assertThat(failures.get("test_leak_lost_raw")).contains("1 block, 21 bytes, domain RAW", "    lost_raw ");
        assertThat(failures.get("test_leak_missing_decref")).contains("domain OBJ", "    missing_decref ");
        assertThat(failures.get("test_leak_on_error"))
                .contains("    | panamem: leak: one call leaves 1 block, 20 bytes");
        assertThat(failures.get("test_wrong_no_exception")).contains("    | SystemError: ");
        assertThat(failures.get("test_wrong_shorter")).contains("    | AssertionError: ");
    }

    @Test
    void theLineDoesItAgain() {
        Matcher again = AGAIN.matcher(pytest("test_crash").go().out());
        assertThat(again.find()).isTrue();
        Outcome crashed = pytest("test_crash").options(again.group(1)).go();
        assertThat(crashed.status()).isEqualTo(128 + 11);
    }

    @Test
    void reportsAreJsonToo() {
        String out = pytest("test_leak_lost_buffer or test_crash")
                .options("format=json")
                .go()
                .out();
        assertThat(out)
                .contains("\n{\"panamem_leak\":1,\"blocks\":1,\"bytes\":333,\"calls\":8,")
                .contains("\n{\"panamem_fail\":1,\"verdict\":\"crash\",\"how\":\"it ends by SIGSEGV\",\"request\":1,");
    }

    @Test
    void withoutHooksTheSummarySaysSo() {
        Outcome outcome = pytest("test_right").malloc("arena").go();
        assertThat(outcome.out()).contains("panamem: 14 marked tests ran unchecked: ", "15 passed");
    }

    @Test
    void theExampleIsFoundAndFixed() {
        Outcome found = example("squares.c");
        assertThat(found.out())
                .as(found.err())
                .contains("panamem: leak: one call leaves 3 blocks, 72 bytes, in 1 place\n", "3 failed, 1 passed")
                .containsPattern("panamem: crash: request \\d+ of the call is refused, and it ends by SIGSEGV\n");
        Outcome fixed = example("squares_fixed.c");
        assertThat(fixed.out()).as(fixed.err()).contains("4 passed");
    }

    private Outcome example(String source) {
        Path examples = Place.ROOT.resolve("examples/testing-extension");
        return Run.of(List.of(
                        examples.resolve("run").toString(),
                        examples.resolve(source).toString()))
                .with("PYTHON", python.toString())
                .with("PANAMEM_STAGE", Place.STAGE.toString())
                .with("PANAMEM_EXAMPLE_WORK", folder.toString())
                .with("PANAMEM_TESTING", "1") /* nothing is built meanwhile */
                .go();
    }

    @Tag("long")
    @Test
    void aThousandCleanRunsHaveNoFinding() {
        Outcome outcome = pytest("test_right").with("RUNS", "70").go();
        assertThat(outcome.out()).as(outcome.err()).contains("1050 passed");
    }
}
