package io.github.panamem.cpython;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * What the command line asks for.
 *
 * @param pythons instead of those that are found; empty when none was named
 * @param tests empty when none was named
 * @param again forget the results that are kept
 * @param somebodyLooks the progress goes to a terminal
 */
record Request(
        List<Path> pythons, List<String> tests, int workers, Duration patience, boolean again, boolean somebodyLooks) {
    /** How long a test file may take; the longest take 3 minutes on a quiet machine. */
    static final Duration PATIENCE = Duration.ofMinutes(15);

    static Request of(String... arguments) {
        List<Path> pythons = new ArrayList<>();
        List<String> tests = new ArrayList<>();
        int workers = Runtime.getRuntime().availableProcessors();
        Duration patience = PATIENCE;
        boolean again = false;
        boolean somebodyLooks = false;
        Deque<String> rest = new ArrayDeque<>(List.of(arguments));
        while (!rest.isEmpty()) {
            String argument = rest.removeFirst();
            switch (argument) {
                case "--python" -> pythons.add(Path.of(value(argument, rest)).toAbsolutePath());
                case "--jobs" -> workers = number(argument, rest);
                case "--patience" -> patience = Duration.ofMinutes(number(argument, rest));
                case "--again" -> again = true;
                case "--terminal" -> somebodyLooks = true;
                default -> {
                    if (argument.startsWith("-")) {
                        throw new IllegalArgumentException("unknown option " + argument);
                    }
                    tests.add(argument);
                }
            }
        }
        return new Request(pythons, tests, workers, patience, again, somebodyLooks);
    }

    private static String value(String option, Deque<String> rest) {
        if (rest.isEmpty()) {
            throw new IllegalArgumentException(option + " needs a value");
        }
        return rest.removeFirst();
    }

    private static int number(String option, Deque<String> rest) {
        String value = value(option, rest);
        if (!value.matches("[1-9]\\d{0,5}")) {
            throw new IllegalArgumentException(option + " needs a number from 1, and not " + value);
        }
        return Integer.parseInt(value);
    }
}
