package io.github.panamem.bugs;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.panamem.endtoend.Outcome;
import io.github.panamem.endtoend.Place;
import io.github.panamem.endtoend.Run;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each planted bug ends in the one report that its head promises, with and without an interpreter. */
class BugsIT {
    private static final int ABORTED = 128 + 6;
    private static final int FOUND_BY_CALLS = 3;
    private static final int FAULTED = 128 + 11;
    private static final Pattern SITE = Pattern.compile(" (here|allocated|freed) (\\S+)");

    @TempDir
    Path folder;

    // ---- Each bug ------------------------------------------------------------------------------------------------

    @TestFactory
    Stream<DynamicTest> withoutAnInterpreter() {
        return programs("arena_debug");
    }

    @TestFactory
    Stream<DynamicTest> insideCPython() {
        return Bug.hooked().map(bug -> DynamicTest.dynamicTest(bug.name(), () -> insideCPython(bug)));
    }

    @Tag("long")
    @TestFactory
    Stream<DynamicTest> withoutAnInterpreterOverOtherAllocators() {
        return Stream.of("upcall_debug", "pymalloc_debug", "malloc_debug").flatMap(this::programs);
    }

    private Stream<DynamicTest> programs(String malloc) {
        return Bug.hooked()
                .filter(bug -> !bug.needsPython())
                .map(bug -> DynamicTest.dynamicTest(
                        malloc + ": " + bug,
                        () -> assertReported(
                                bug,
                                Run.linked(List.of(bug.program(folder).toString()))
                                        .malloc(malloc))));
    }

    private void insideCPython(Bug bug) throws IOException {
        bug.extension(folder);
        List<String> report = assertReported(bug, python("run.py", folder.toString(), bug.name()));
        if (!bug.isOfACall() && bug.report().contains(" allocated ")) {
            assertThat(report).anyMatch(line -> line.startsWith("allocated run.py:6:plant"));
        }
    }

    private List<String> assertReported(Bug bug, Run run) throws IOException {
        Outcome outcome = run.options("format=json").go();
        assertThat(outcome.status()).as(outcome.err()).isEqualTo(bug.isOfACall() ? FOUND_BY_CALLS : ABORTED);
        if (bug.isOfACall()) {
            List<String> report = report(outcome);
            assertThat(report).containsExactly(bug.report());
            return report;
        }
        return assertReported(bug.report(), outcome);
    }

    /** The lines of report.py. */
    private List<String> assertReported(String expected, Outcome outcome) throws IOException {
        List<String> report = report(outcome);
        Matcher promised = SITE.matcher(expected);
        assertThat(report.getFirst() + " ").startsWith(Bug.kind(expected) + " here ");
        while (promised.find()) {
            assertThat(report.getFirst() + " ").as(outcome.err()).contains(promised.group() + " ");
        }
        return report;
    }

    private List<String> report(Outcome outcome) throws IOException {
        Path file = Files.writeString(Files.createTempFile(folder, "err", ""), outcome.err());
        Outcome read = Run.of(List.of(
                        Place.BUNDLED_PYTHON.toString(),
                        Bug.FOLDER.resolve("report.py").toString(),
                        file.toString()))
                .go();
        assertThat(read.err()).as(outcome.err()).isEmpty();
        return read.out().lines().toList();
    }

    private static Run python(String script, String... arguments) {
        Stream<String> first = Stream.of(
                Place.BUNDLED_PYTHON.toString(), Bug.FOLDER.resolve(script).toString());
        return Run.preloaded(Stream.concat(first, Stream.of(arguments)).toList())
                .malloc("debug");
    }

    // ---- Guard mode ------------------------------------------------------------------------------------------------

    @TestFactory
    Stream<DynamicTest> guarded() {
        return Bug.guarded()
                .filter(bug -> !bug.needsPython())
                .map(bug -> DynamicTest.dynamicTest(
                        bug.name(),
                        () -> assertGuarded(
                                bug, Run.linked(List.of(bug.program(folder).toString())))));
    }

    /** Each block of an interpreter is guarded, which takes its time. */
    @ParameterizedTest
    @ValueSource(strings = {"read_after_free", "stale_pointer_after_shrinking", "object_freed_as_memory"})
    void guardedInsideCPython(String name) throws IOException {
        Bug bug = Bug.named(name);
        bug.extension(folder);
        List<String> report = assertGuarded(bug, python("run.py", folder.toString(), name));
        assertThat(report).anyMatch(line -> line.startsWith("allocated run.py:6:plant"));
    }

    /** An access ends as the processor says, a call of a function as its misuse does under the hooks. */
    private List<String> assertGuarded(Bug bug, Run run) throws IOException {
        String options = bug.options().isEmpty() ? "" : "," + bug.options();
        Outcome outcome = run.malloc("guard").options("format=json" + options).go();
        boolean isAccess = outcome.err().contains("\"access\":");
        assertThat(outcome.status()).as(outcome.err()).isEqualTo(isAccess ? FAULTED : ABORTED);
        return assertReported(bug.guard(), outcome);
    }

    // ---- Python frames ---------------------------------------------------------------------------------------------

    @TestFactory
    Stream<DynamicTest> pythonFramesAreThoseThatPythonSees() {
        return Place.pythons().stream()
                .map(python -> DynamicTest.dynamicTest(python.toString(), () -> framesAreThoseOf(python)));
    }

    private void framesAreThoseOf(Path python) throws IOException {
        Run run = Run.preloaded(
                List.of(python.toString(), Bug.FOLDER.resolve("frames.py").toString()));
        Outcome outcome = run.malloc("debug").options("format=json,stacks=16").go();
        List<String> seen = outcome.out().lines().toList();
        assertThat(seen).hasSize(2); /* allocated, here */
        assertThat(report(outcome)).endsWith(seen.get(1), seen.get(0));
    }

    // ---- The rest of the output
    // --------------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(
            strings = {
                "overflow_by_one",
                "overflow_found_by_realloc",
                "underflow_by_one",
                "underflow_of_id",
                "wrong_domain_of_raw",
                "wrong_domain_by_realloc",
                "malloc_without_gil",
                "free_after_finalize"
            })
    void cpythonsOwnWordsFollowToTheByte(String name) {
        Bug bug = Bug.named(name);
        bug.extension(folder);
        Outcome ours = python("run.py", folder.toString(), name).go();
        Outcome stock = Run.of(List.of(
                        Place.BUNDLED_PYTHON.toString(),
                        Bug.FOLDER.resolve("run.py").toString(),
                        folder.toString(),
                        name))
                .with("PYTHONMALLOC", "debug")
                .go();
        assertThat(ours.err()).startsWith("panamem: " + bug.kind() + ": ");
        assertThat(masked(ours.errAfterReport())).isEqualTo(masked(stock.err()));
        assertThat(ours.status()).isEqualTo(stock.status());
    }

    private static String masked(String text) {
        return text.replaceAll("0x[0-9a-f]{6,}", "0x#");
    }
}
