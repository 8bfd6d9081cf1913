package io.github.panamem.cpython;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.panamem.endtoend.Outcome;
import io.github.panamem.endtoend.Place;
import io.github.panamem.endtoend.Run;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** CPython's own tests come to the same results on Panamem, test by test. */
@Tag("cpython")
class CPythonTestsIT {
    private static final List<String> FILES = List.of(
            "test_capi.test_mem",
            "test_list",
            "test_dict",
            "test_gc",
            "test_weakref",
            "test_tracemalloc",
            "test_fork1",
            "test_threading",
            "test_subprocess");
    private static final List<String> MORE_FILES = List.of(
            "test_sys",
            "test_cmd_line",
            "test_exceptions",
            "test_atexit",
            "test_faulthandler",
            "test_signal",
            "test_finalization",
            "test_class",
            "test_str",
            "test_bytes",
            "test_array",
            "test_memoryview",
            "test_pyexpat",
            "test_thread",
            "test_queue",
            "test_interpreters",
            "test_concurrent_futures.test_process_pool",
            "test_multiprocessing_fork.test_processes",
            "test_os");
    /** A difference counts when it is there every time. */
    private static final int RERUNS = 3;

    @TempDir
    Path folder;

    @TestFactory
    Stream<DynamicNode> comeToTheSameResults() {
        return onEachPython(FILES);
    }

    @Tag("long")
    @TestFactory
    Stream<DynamicNode> moreOfThemComeToTheSameResults() {
        return onEachPython(MORE_FILES);
    }

    private Stream<DynamicNode> onEachPython(List<String> files) {
        return Place.pythons().stream().filter(Suite::isComplete).map(python -> {
            Suite suite = new Suite(python, folder);
            Stream<DynamicTest> tests =
                    files.stream().map(file -> DynamicTest.dynamicTest(file, () -> compare(suite, file)));
            return DynamicContainer.dynamicContainer(
                    Objects.requireNonNull(python.getFileName()).toString(), tests);
        });
    }

    private static void compare(Suite suite, String file) throws IOException {
        Map<String, String> differences = differences(suite.stock(file), suite.ours(file));
        for (int rerun = 0; rerun < RERUNS && !differences.isEmpty(); rerun++) {
            differences
                    .keySet()
                    .retainAll(differences(suite.stockAgain(file), suite.ours(file))
                            .keySet());
        }
        assertThat(differences).as("tests of %s that differ every time", file).isEmpty();
    }

    /** Test → what differs, without the explained ones. */
    private static Map<String, String> differences(Map<String, String> stock, Map<String, String> ours)
            throws IOException {
        Map<String, String> differences = new TreeMap<>();
        Set<String> names = new TreeSet<>(stock.keySet());
        names.addAll(ours.keySet());
        for (String name : names) {
            String before = stock.getOrDefault(name, "absent");
            String after = ours.getOrDefault(name, "absent");
            if (!before.equals(after)) {
                differences.put(name, before + " on stock, " + after + " on Panamem");
            }
        }
        for (Explained explained : Explained.read()) {
            differences.keySet().removeIf(name -> name.equals(explained.test()));
        }
        return differences;
    }

    @Test
    void theListOfExplainedDifferencesIsShort() throws IOException {
        assertThat(Explained.read())
                .allMatch(explained -> Set.of("introspection", "fork-warning").contains(explained.reasonClass()))
                .allMatch(explained -> explained.why().length() > 20)
                .filteredOn(explained -> explained.reasonClass().equals("introspection"))
                .hasSizeLessThanOrEqualTo(4);
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
