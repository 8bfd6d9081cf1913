package io.github.panamem.cpython;

import io.github.panamem.endtoend.Outcome;
import io.github.panamem.endtoend.Run;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A CPython that has its own test suite.
 *
 * @param version for instance 3.14.3
 * @param build differs when the Python is another one, or was built anew
 */
record Interpreter(Path executable, String version, String build) {
    private static final String FACTS = """
            import hashlib, platform, sys, test.libregrtest, test.test_list, _testcapi
            facts = sys.version + sys.prefix + sys.executable
            print(platform.python_version(), hashlib.sha256(facts.encode()).hexdigest()[:12])
            """;
    private static final String LACKING = """
            import importlib.util, sys
            def found(name):
                try:
                    return importlib.util.find_spec("test." + name.removeprefix("test."))
                except ModuleNotFoundError:
                    return None
            print(*(name for name in sys.argv[1:] if not found(name)))
            """;

    /** Nothing when the Python has no test suite or is none. */
    static Optional<Interpreter> at(Path executable) {
        Outcome facts = Run.of(List.of(executable.toString(), "-c", FACTS)).go();
        if (facts.status() != 0) {
            return Optional.empty();
        }
        String[] words = facts.out().strip().split(" ");
        return Optional.of(new Interpreter(executable, words[0], words[1]));
    }

    int minorVersion() {
        return Integer.parseInt(version.split("\\.")[1]);
    }

    /** All test files, as libregrtest lists them. */
    List<String> allFiles() {
        Outcome list = Run.of(command("--list-tests")).go();
        if (list.status() != 0) {
            throw new IllegalStateException(executable + " cannot list its tests: " + list.err());
        }
        return list.out().lines().toList();
    }

    /** Those test files that this Python does not have. */
    List<String> lacking(List<String> files) {
        List<String> command = new ArrayList<>(List.of(executable.toString(), "-c", LACKING));
        command.addAll(files);
        return Arrays.stream(Run.of(command).go().out().split("\\s+"))
                .filter(name -> !name.isEmpty())
                .toList();
    }

    /** Runs libregrtest; in a session of its own, so that Ctrl-C reaches the judge alone. */
    List<String> command(String... arguments) {
        List<String> command = new ArrayList<>(List.of("setsid", executable.toString(), "-m", "test"));
        command.addAll(List.of(arguments));
        return command;
    }
}
