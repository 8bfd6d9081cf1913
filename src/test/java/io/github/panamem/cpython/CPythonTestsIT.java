package io.github.panamem.cpython;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.panamem.endtoend.Outcome;
import io.github.panamem.endtoend.Place;
import io.github.panamem.endtoend.Run;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** The core of CPython's own tests comes to the same results on Panamem, test by test, on every Python found. */
@Tag("cpython")
class CPythonTestsIT {
    private static final Tally TALLY = new Tally();
    private static List<Interpreter> pythons = List.of();
    private static Shards shards;

    @TempDir
    Path folder;

    @BeforeAll
    static void findPythons() {
        pythons = Court.pythons();
        shards = new Shards(Runtime.getRuntime().availableProcessors());
    }

    @AfterAll
    static void tellCounts() {
        shards.close();
        System.out.println(TALLY.text());
    }

    /** The files are judged side by side from the beginning; each test waits for its own. */
    @TestFactory
    Stream<DynamicNode> comeToTheSameResults() throws IOException {
        List<DynamicNode> containers = new ArrayList<>();
        for (Interpreter python : pythons) {
            Judge judge = Court.judge(python, Request.PATIENCE);
            List<DynamicTest> tests = Selection.of(python, List.of()).files().stream()
                    .map(file -> test(file, shards.judge(judge, file)))
                    .toList();
            containers.add(DynamicContainer.dynamicContainer(python.version(), tests));
        }
        return containers.stream();
    }

    private static DynamicTest test(String file, CompletableFuture<Judgement> judging) {
        return DynamicTest.dynamicTest(file, () -> {
            Judgement judgement = judging.join();
            TALLY.add(judgement);
            assertThat(judgement.unexplained()).as(judgement.text()).isEmpty();
            assertThat(judgement.tests()).as("tests compared").isPositive();
        });
    }

    @Test
    void theBundledPythonIsJudged() {
        assertThat(pythons).extracting(Interpreter::executable).contains(Place.BUNDLED_PYTHON);
    }

    /** A class of reasons is there as long as its least example shows a difference; the native core shows fewer. */
    @TestFactory
    @Tag("jvm")
    Stream<DynamicTest> classesOfReasonsAreReproduced() throws IOException {
        List<ReasonClass> classes = Explanations.read(Court.LIST).classes();
        return pythons.stream()
                .flatMap(python -> classes.stream()
                        .filter(reason -> reason.versions().include(python.minorVersion()))
                        .map(reason -> DynamicTest.dynamicTest(
                                reason.name() + " on " + python.version(), () -> reproduce(reason, python))));
    }

    private static void reproduce(ReasonClass reason, Interpreter python) {
        List<String> command = List.of(python.executable().toString(), "-c", reason.reproduction());
        Outcome stock = Run.of(command).go();
        Outcome ours = Run.preloaded(command).options("boot=sync").go();
        assertThat(stock.status()).isZero();
        assertThat(ours.status()).isZero();
        assertThat(ours).isNotEqualTo(stock);
    }

    /** CPython's tests of its debug hooks, met by ours: PYTHONMALLOC='' leaves our table in place. */
    @Test
    void ourDebugHooksPassCPythonsTestsOfHooks() {
        String code = """
                import unittest
                from test.test_capi import test_mem
                class OnOurHooks(test_mem.PyMemDebugTests):
                    PYTHONMALLOC = ""
                suite = unittest.defaultTestLoader.loadTestsFromTestCase(OnOurHooks)
                unittest.TextTestRunner(verbosity=2).run(suite)
                """;
        Outcome outcome = Run.preloaded(List.of(Place.BUNDLED_PYTHON.toString(), "-c", code))
                .malloc("debug")
                .options("boot=sync")
                .in(folder)
                .go();
        assertThat(outcome.err()).contains("Ran 9 tests").endsWith("OK\n");
        assertThat(Pattern.compile("^test_\\w+ .* ok$", Pattern.MULTILINE)
                        .matcher(outcome.err())
                        .results())
                .hasSize(9);
    }
}
