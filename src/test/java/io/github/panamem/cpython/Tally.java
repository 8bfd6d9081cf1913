package io.github.panamem.cpython;

import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Counts what was compared, for the last lines. */
final class Tally {
    private final Map<String, Counts> byPython = new TreeMap<>();

    private static final class Counts {
        final Map<String, Integer> explained = new TreeMap<>();
        int files;
        int filesWithoutTests;
        int tests;
        int unexplained;
        int unsteady;
    }

    synchronized void add(Judgement judgement) {
        Counts counts = byPython.computeIfAbsent(judgement.python().version(), version -> new Counts());
        counts.files++;
        counts.filesWithoutTests += judgement.tests() == 0 ? 1 : 0;
        counts.tests += judgement.tests();
        counts.unexplained += judgement.unexplained().size();
        counts.unsteady += judgement.unsteady().size();
        judgement.explained().forEach(one -> counts.explained.merge(one.reason(), 1, Integer::sum));
    }

    /** One line for each Python. */
    synchronized String text() {
        return byPython.entrySet().stream()
                .map(entry -> line(entry.getKey(), entry.getValue()))
                .collect(Collectors.joining("\n"));
    }

    private static String line(String version, Counts counts) {
        String explained = counts.explained.entrySet().stream()
                .map(entry -> ", " + entry.getKey() + " " + entry.getValue())
                .collect(Collectors.joining());
        return "CPython's tests: %s: %d files (%d without tests here), %d tests compared; "
                        .formatted(version, counts.files, counts.filesWithoutTests, counts.tests)
                + "differences: unexplained %d, not every time %d%s"
                        .formatted(counts.unexplained, counts.unsteady, explained);
    }
}
